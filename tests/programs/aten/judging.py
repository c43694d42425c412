"""What a run's record says beside what torch says: values, the true gradient, the claim's own."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flint
import numpy as np

from backproof.exact.balls import as_balls, midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.reverse import gradients
from backproof.programs.aten import run_function
from backproof.programs.run import Run

BITS = 200


def recorded(function: Callable[..., Any], *inputs: Any, **options: Any) -> Run:
    """The run of a function."""
    return run_function(function, inputs, **options)


def truth(run: Run) -> dict[str, Any]:
    """By input the step of its true gradient, None where nothing reaches it."""
    seeds = {y: run.cotangents.get(name, 1.0) for name, y in run.outputs.items()}
    return dict(zip(run.inputs, gradients(seeds, list(run.inputs.values()), True), strict=True))


def apart(exact: Any, given: Any) -> float:
    """The largest difference by the size of what is given; equal infinities and NaN are none."""
    these, those = np.asarray(exact), np.asarray(given, dtype=np.asarray(exact).dtype)
    assert these.shape == those.shape
    alike = (these == those) | (np.isnan(these) & np.isnan(those))
    size = np.abs(those[np.isfinite(those)]).max(initial=0.0)
    difference = np.abs(np.where(alike, 0, these) - np.where(alike, 0, those))
    return float(difference.max(initial=0.0) / (size or 1.0))


def values_apart(run: Run) -> float:
    """How far the outputs in balls are from those that torch computed."""
    ys = list(run.outputs.values())
    return max(apart(midpoints(v), y.value) for y, v in zip(ys, over_balls(ys, BITS), strict=True))


def truth_apart(run: Run) -> float:
    """How far the true gradient is from torch's own, in floats."""
    found = [0.0]
    for name, step in truth(run).items():
        returned = run.returned[name]
        if step is None:
            assert returned is None or not np.any(returned), name
        elif returned is not None:
            found.append(apart(midpoints(over_balls([step], BITS)[0]), returned))
    return max(found)


def residues(run: Run, bits: int = BITS) -> Mapping[str, float]:
    """By input how far the claim's formula is from the truth, in balls, by the truth's size."""
    found = {}
    for name, step in truth(run).items():
        claim = run.claimed[name]
        if run.returned[name] is None:
            continue
        assert claim is not None, [str(e) for e in run.record.escapes]
        exact, formula = over_balls([claim if step is None else step, claim], bits)
        exact = exact * 0 if step is None else exact
        with flint.ctx.workprec(bits):
            rest = midpoints(as_balls(exact - formula))
        size = np.abs(midpoints(as_balls(exact))).max(initial=0.0)
        found[name] = float(np.abs(rest).max(initial=0.0) / (size or 1.0))
    return found


def differentiable(
    operation: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]
) -> tuple[Callable[..., Any], list[Any]]:
    """An operation as a function of its floating tensors, and these."""
    tensors: list[Any] = []

    def taken(x: Any) -> Any:
        if isinstance(x, list):
            return [taken(part) for part in x]
        if hasattr(x, "is_floating_point") and x.is_floating_point():
            tensors.append(x)
            return _Place(len(tensors) - 1)
        return x

    def put(x: Any, given: Sequence[Any]) -> Any:
        if isinstance(x, list):
            return [put(part, given) for part in x]
        return given[x.number] if isinstance(x, _Place) else x

    places = [taken(x) for x in arguments]
    return lambda *given: operation(*(put(x, given) for x in places), **named), tensors


class _Place:
    """Stands for a floating tensor."""

    def __init__(self, number: int) -> None:
        self.number = number
