"""The evidence for a diagnosis, gathered from a measured run of somebody's claim."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from backproof.diagnosis.evidence import Arrays, Context, Evidence
from backproof.diagnosis.way_back import way_back
from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_floats
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.exact.rounding import units
from backproof.programs.run import Run
from backproof.verdict.decisions import SAMPLES

Recording = Callable[[Arrays], Run]
"""Tensors by name to a run recorded there; may raise."""


class Measured(Protocol):
    """What it reads of a measured run."""

    @property
    def run(self) -> Run:
        """The recorded run."""
        ...

    @property
    def tensors(self) -> Mapping[str, Any]:
        """Every gradient with its truth, its formula, its floats and its unit."""
        ...

    @property
    def decided(self) -> Mapping[int, Any]:
        """Decisions that are taken otherwise to either side of the point."""
        ...


def evidence_of(
    measured: Measured, context: Context, record: Recording | None, misshapen: Arrays
) -> Evidence:
    """All that is known of a measured claim. record: a run of it at other tensors. misshapen:
    gradients of another shape than their tensors.
    """
    run, tensors, way = measured.run, measured.tensors, way_back(measured.run)
    true = {n: way.program.truth[n] for n in misshapen} if way else {}
    truth = Truth(run, {n: t.step for n, t in tensors.items()}, context.inputs, record)
    followed = {n: midpoints(t.claimed) for n, t in tensors.items() if t.claimed is not None}
    unit = {n: units([y], SAMPLES)[0] for n, y in true.items()}
    unit |= {n: t.unit for n, t in tensors.items()}
    largest = {n: float(np.max(u, initial=0.0)) for n, u in unit.items()}
    return Evidence(
        {**{n: misshapen[n] for n in true}, **{n: t.returned for n, t in tensors.items()}},
        {**{n: y.value for n, y in true.items()}, **{n: t.truth for n, t in tensors.items()}},
        unit={n: u for n, u in largest.items() if np.isfinite(u)},
        bad={n: t.bad for n, t in tensors.items()},
        inputs=context.inputs,
        output=context.output,
        cotangent=context.cotangent,
        exact_claimed=followed,
        rerun=context.rerun,
        at=context.at,
        true_rerun=truth.at_cotangent if len(run.cotangents) == 1 else None,
        true_at=truth.at_inputs if record is not None else None,
        way_back=way,
    )


class Truth:
    """The true gradients of a recorded run, in float64: at other cotangents, at other inputs, and
    where steps of the forward pass have other values.
    """

    def __init__(
        self, run: Run, steps: Mapping[str, Step], inputs: Arrays, record: Recording | None
    ) -> None:
        self.run, self.steps, self.inputs, self.record = run, steps, inputs, record

    def at_cotangent(self, dy: Any) -> dict[str, Any]:
        """At another cotangent of the only output; the record is linear in it."""
        (step,) = self.run.cotangents.values()
        return self.where({step.number: np.asarray(dy, dtype=np.float64)})

    def at_inputs(self, inputs: Arrays) -> dict[str, Any]:
        """At other tensors, recorded there; nothing where any other argument is another."""
        names = self.run.inputs
        others = [n for n in inputs if n not in names]
        if self.record is None or any(
            not np.array_equal(inputs[n], self.inputs.get(n, np.nan)) for n in others
        ):
            return {}
        run = self.record({n: np.asarray(inputs[n]) for n in names})
        seeds = run.seeds
        found = gradients(seeds, list(run.inputs.values()))
        return {n: g.value for n, g in zip(run.inputs, found, strict=True) if g is not None}

    def where(self, decided: Mapping[int, Any]) -> dict[str, Any]:
        """Where steps have other values, by their numbers."""
        values = over_floats(list(self.steps.values()), decided=decided)
        return dict(zip(self.steps, values, strict=True))
