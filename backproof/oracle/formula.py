"""Is somebody's formula right, and what is the truth? Their own code in exact arithmetic."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import flint
import numpy as np

from backproof.formula import BESIDE, Formula, right_but_for_a_constant
from backproof.locate import CONSTANT
from backproof.oracle.accused import Accused, Runs
from backproof.oracle.ties import Tie, ties_of
from backproof.verdicts import Status
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, filled
from reference.exact.ball import ball
from reference.exact.taylor import STEP, Order
from reference.exact.witness import BITS, Exact, Point, examine, examine_presuming, nudged, point

SECONDS = 2.5
"""So long true values are computed for wrong tensors, one forward pass an element."""


def examine_claim(runs: Runs, accused: Accused, eps: float, seed: int) -> Formula:
    """Judge a formula at a point; raises `CannotFollow` where exactness ends.

    runs: the code over balls. eps: of the claim's dtype, to which its constants may be rounded.
    Numbers that are equal but computed in different ways are presumed equal where that is what
    stops the balls, and the formula says so.
    """
    at, names = point(accused.at), list(accused.tensors)
    here = examine_presuming(runs.loss, runs.gradient, at, names, seed)
    orders = dict.fromkeys(names, here.order.odd)
    if here.order.right and here.order.smooth:
        return Formula(Status.CORRECT, orders, here.values, here.values, presumed=here.presumed > 0)
    there = at
    if here.ties or not here.order.smooth:
        there = nudged(at, names, seed)
        beside = examine(runs.loss, runs.gradient, there, names, seed)
        if beside.order.right:
            return _on_ties(runs, accused, at, here, beside)
    return _at_fault(runs, accused, there, here, max(CONSTANT, 8 * eps if eps > 1e-10 else 0), seed)


def _on_ties(runs: Runs, accused: Accused, at: Point, here: Exact, beside: Exact) -> Formula:
    """The formula is right beside the point, and on it a number equals another."""
    found, more = ties_of(runs.loss, here.values, at, list(accused.tensors))
    outside = [tie for tie in found if not tie.between]
    wrong = frozenset(tie.tensor for tie in outside)
    status = Status.WRONG if outside else Status.KINK if found else Status.CORRECT
    shown = _said(outside or found) + (f"; {more}" if more and not outside else "")
    orders = dict.fromkeys(accused.tensors, beside.order.odd)
    truth = {**here.values, **{name: _nearest(here, found, at, name) for name in wrong}}
    return Formula(
        status,
        orders,
        truth,
        here.values,
        wrong=wrong,
        not_smooth=frozenset(tie.tensor for tie in found),
        presumed=here.presumed > 0,
        note=shown,
    )


def _said(ties: Sequence[Tie]) -> str:
    if not ties:
        return BESIDE
    more = f", and {len(ties) - 1} more" if len(ties) > 1 else ""
    return f"{ties[0]}{more}"


def _nearest(here: Exact, ties: Sequence[Tie], at: Point, name: str) -> list[flint.arb]:
    """The claim's values, with the nearest one-sided slope where it lies outside of them."""
    values = list(here.values[name])
    for tie in ties:
        if tie.tensor == name and not tie.between:
            k = int(np.ravel_multi_index(tie.index, at[name].shape)) if tie.index else 0
            values[k] = flint.arb(tie.nearest)
    return values


def _at_fault(
    runs: Runs, accused: Accused, at: Point, here: Exact, constant: float, seed: int
) -> Formula:
    """Something is missing somewhere: ask every tensor alone."""
    names = list(accused.tensors)
    alone = {n: examine(runs.loss, runs.gradient, at, [n], seed).order for n in names}
    convicted = [n for n, order in alone.items() if _wrong(order, constant)]
    orders = {name: order.odd for name, order in alone.items()}
    if not convicted:
        return right_but_for_a_constant(here, alone)
    deadline = time.perf_counter() + SECONDS
    truth = dict(here.values)
    for k, name in enumerate(convicted):
        share = (deadline - time.perf_counter()) / (len(convicted) - k)
        truth[name] = slopes(runs, at, name, max(share, 0.1))
    return Formula(Status.WRONG, orders, truth, here.values, wrong=frozenset(convicted))


def _wrong(order: Order, constant: float) -> bool:
    return not order.right and order.residue > constant


def slopes(runs: Runs, at: Point, name: str, seconds: float) -> list[flint.arb]:
    """The true gradient of a tensor, or of as many of its first elements as there is time for.

    Exact forward differences of step 2^-100, which are right to 2^-100 of the curvature.
    """
    deadline, found = time.perf_counter() + seconds, []
    with exactly(BITS, presume=True):
        here = balls(runs.loss(at))[0]
        for moved in _moved(at, name):
            found.append((balls(runs.loss(moved))[0] - here) / STEP)
            if time.perf_counter() > deadline:
                break
    return found


def _moved(at: Point, name: str) -> Iterator[dict[str, Any]]:
    """The point with one element of a tensor a step ahead, element by element."""
    tensor = at[name]
    numbers = balls(tensor)
    for k, x in enumerate(numbers):
        beside = [ball(y) for y in numbers]
        beside[k] = ball(x + STEP)
        yield {**at, name: filled(beside, tensor.shape)}
