"""Iterations: a claim to the gradient of where loops lead, and not of where they stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backproof.checks.errors import distances
from backproof.checks.judgement import Judgement, finding
from backproof.checks.measured import Measured, Tensor
from backproof.exact.balls import Balls, midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.reverse import gradients_or_zeros
from backproof.programs.run import CannotFollow, Run
from backproof.verdict import Status
from backproof.verdict.decisions import CLOSER, LIMIT, RUN_ON, SETTLED

Further = Callable[[int], Run]
"""The same run, with loops that go on for so many times as many turns as they had taken."""


def by_limit(measured: Measured, further: Further) -> Judgement | None:
    """What is to be said where formula and truth become one as loops that had settled are run on;
    None where they do not, or the outputs do not stay near.
    """
    tensors = measured.tensors
    if any(t.claimed is None or (t.rounding > LIMIT).any() for t in tensors.values()):
        return None
    for times in RUN_ON:
        limit = _run_on(measured, further, times)
        if limit is None or limit.apart > SETTLED or any(map(_far, limit.tensors.values())):
            return None
        if not any(t.off.any() for t in limit.tensors.values()):
            return limit.judgement
        if not all(map(_closer, limit.tensors.values(), tensors.values())):
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Limit:
    """A run that goes on: the tensors against it, and the part by which the outputs move."""

    tensors: Mapping[str, Tensor]
    apart: float

    @property
    def judgement(self) -> Judgement:
        """What is to be said where all is right there."""
        said = f"a loop stopped a part of {self.apart:.1e} short of where it leads"
        findings = [finding(t, Status.CORRECT) for t in self.tensors.values()]
        return Judgement(findings, [f"BP503, the gradient of the limit: {said}"])


def _run_on(measured: Measured, further: Further, times: int) -> _Limit | None:
    """None where the run cannot go on, or no loop is in it."""
    names, outputs = list(measured.tensors), list(measured.run.outputs.values())
    try:
        run = further(times)
        claims = [c for n in names if (c := run.claimed[n]) is not None]
        if len(claims) < len(names) or len(run.record.steps) == len(measured.run.record.steps):
            return None
        steps = gradients_or_zeros(run.seeds, [run.inputs[n] for n in names])
        values = over_balls([*run.outputs.values(), *steps, *claims], measured.bits)
        before = over_balls(outputs, measured.bits, decided=measured.decided)
    except (CannotFollow, ArithmeticError, ValueError):
        return None
    if not all(np.isfinite(midpoints(v)).all() for v in values):
        return None
    true, claimed = values[len(outputs) : -len(names)], values[-len(names) :]
    pairs = zip(measured.tensors.items(), true, claimed, strict=True)
    tensors = {name: replace(t, true=a, claimed=b) for (name, t), a, b in pairs}
    return _Limit(tensors, max(map(_part, before, values)))


def _far(tensor: Tensor) -> bool:
    """Whether what was returned is no gradient of a loop that has settled."""
    size = np.abs(tensor.truth).max(initial=0.0)
    return bool((tensor.error > np.maximum(SETTLED * size, LIMIT * tensor.unit)).any())


def _closer(there: Tensor, here: Tensor) -> bool:
    """Whether formula and truth come closer as the loops go on."""
    return bool(there.residue.max(initial=0.0) <= CLOSER * here.residue.max(initial=0.0))


def _part(these: Balls, those: Balls) -> float:
    """How far arrays are apart, as a part of the largest element."""
    size = np.abs(midpoints(those)).max(initial=0.0)
    apart = float(distances(these, those).max(initial=0.0))
    return apart / float(size) if size else np.inf if apart else 0.0
