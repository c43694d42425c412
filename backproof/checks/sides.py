"""Branches of the code itself at a tie: the run as it is a little to one side, read at the point.

What a record holds as a decision has conventions of its own. An `if`, Python's `max` or an index
that was looked up leave one branch in it; the others show where the tie is none.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import flint
import numpy as np

from backproof.checks.errors import numbers_in
from backproof.checks.judgement import Judgement
from backproof.checks.measured import Measured
from backproof.checks.ties import Convention, against, is_right, judged, off_otherwise
from backproof.exact.balls import as_balls, midpoints, to_balls
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64, coarser
from backproof.exact.reverse import gradients_or_zeros
from backproof.programs.alike import other_branches
from backproof.programs.run import CannotFollow, Run
from backproof.verdict.decisions import BRANCHES, MADE_AGAIN

Elsewhere = Callable[[Mapping[str, Any]], Run]
"""A recorded run of the claim at other inputs, by name."""


def by_sides(measured: Measured, elsewhere: Elsewhere) -> Judgement | None:
    """What is to be said where the branches to one side give the claim, or the mean of two sides;
    None where none does.
    """
    finite = all(np.isfinite(numbers_in(t.returned)).all() for t in measured.tensors.values())
    if len(measured.run.record.steps) > MADE_AGAIN or not finite:
        return None
    for way, opposite in _pairs(measured.run):
        sides = [_there(measured, elsewhere, at) for at in (way, opposite)]
        for words, true in _conventions(measured, sides):
            tensors = {n: against(t, true[n]) for n, t in measured.tensors.items()}
            if all(map(is_right, tensors.values())):
                taken = {"the code's own branches": words}
                return judged(Convention(taken, tensors, off_otherwise(measured)))
    return None


def _pairs(run: Run) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Points to opposite sides of the point: all elements are moved up, the last ones most, or the
    first; or some up and some down.
    """
    bits = coarser(FLOAT64, *(x.precision for x in run.inputs.values() if x.precision)).bits
    size = sum(x.size for x in run.inputs.values())
    ramp, h = np.linspace(1, 2, size), 2.0 ** (-BRANCHES * bits)
    for along in (ramp, ramp[::-1], np.random.default_rng(0).choice([-1.0, 1.0], size) * ramp):
        yield _moved(run, h * along), _moved(run, -h * along)


def _moved(run: Run, along: Any) -> dict[str, Any]:
    moved, start = {}, 0
    for name, x in run.inputs.items():
        part = along[start : start + x.size].reshape(x.shape)
        moved[name] = x.value + part * np.where(x.value == 0, 1.0, np.abs(x.value))
        start += x.size
    return moved


def _there(measured: Measured, elsewhere: Elsewhere, at: Mapping[str, Any]) -> Any:
    """The true gradients at the point by the branches taken elsewhere; None where they are the
    run's own, or one has none.
    """
    try:
        run = elsewhere(at)
        if not other_branches(measured.run, run):
            return None
        seeds = run.seeds
        steps = gradients_or_zeros(seeds, [run.inputs[n] for n in measured.tensors])
        here = {n: to_balls(x.value) for n, x in measured.run.inputs.items()}
        values = over_balls(steps, measured.bits, here)
    except (CannotFollow, ArithmeticError, ValueError):
        return None
    known = all(np.isfinite(midpoints(v)).all() for v in values)
    return dict(zip(measured.tensors, values, strict=True)) if known else None


def _conventions(measured: Measured, sides: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    own = {n: t.true for n, t in measured.tensors.items()}
    known = [side for side in sides if side is not None]
    yield from (("to one side", side) for side in known)
    if known:
        one, other = known if len(known) == 2 else (own, known[0])
        with flint.ctx.workprec(measured.bits):
            yield "to two sides, half of each", {n: as_balls((one[n] + other[n]) / 2) for n in one}
