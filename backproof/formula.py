"""Is the formula right, and what is the truth? The exact witness, cross-examined.

Where the point lies on a kink, the formula is judged a hair's breadth beside it, and the claim's
convention on the kink by the one-sided slopes there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import flint
import numpy as np

from architectures import DType, Tensors
from backproof.claims import Claim, differentiated
from backproof.kinks import Kink, kinks, upstream
from backproof.locate import culprits, wrong
from backproof.units import Units
from backproof.verdicts import Status
from reference.exact import rounding
from reference.exact.arithmetic import exactly
from reference.exact.arrays import Floats, distances, midpoints
from reference.exact.ball import Ball
from reference.exact.taylor import STEP, Order
from reference.exact.witness import BITS, Exact, Point, examine, examine_presuming, nudged, point
from reference.testimony import LOSS

BESIDE = "a kink lies within 2^-100, so the formula was judged 2^-60 beside the point"
AFFORDABLE = 256
"""So many elements of a wrong tensor get their true value, two forward passes each."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What exact arithmetic says of a claim at one point.

    status: `correct`, `kink`, `wrong` or `undecided`. orders: the Taylor order by tensor. truth:
    the true gradient of each tensor, flat balls (of a wrong tensor: of its first elements).
    exact: what the claim's own code computes without rounding. wrong, not_smooth: the tensors whose
    formula is wrong, that move the loss over a kink. culprits: the layers at fault. presumed:
    whether numbers that could not be told apart were taken for equal.
    """

    status: Status
    orders: Mapping[str, float]
    truth: Mapping[str, list[flint.arb]]
    exact: Mapping[str, list[flint.arb]]
    wrong: frozenset[str] = frozenset()
    not_smooth: frozenset[str] = frozenset()
    culprits: tuple[str, ...] = ()
    kinks: Sequence[Kink] = ()
    presumed: bool = False
    note: str = ""

    def errors(self, name: str, result: Floats) -> Floats:
        """|result - truth| of the elements whose truth is known, flat."""
        truth = self.truth[name]
        return distances([flint.arb(float(r)) for r in result.ravel()[: len(truth)]], truth)

    def true_values(self, name: str) -> Floats:
        """The truth as the nearest float64, flat."""
        return midpoints(self.truth[name], (-1,))


def examine_formula(claim: Claim, tensors: Tensors, seed: int) -> Formula:
    """Judge the formula of a claim at a point; raises `CannotFollow` where exactness ends.

    Numbers that are equal but computed in different ways, s(a) - s(a) say, cannot be proven equal
    by balls: where that is what stops them, they are presumed equal, and the note says so.
    """
    at = point(tensors)
    names = differentiated(at)
    here = examine_presuming(claim.loss, claim.gradient, at, names, seed)
    orders = dict.fromkeys(names, here.order.odd)
    if here.order.right and here.order.smooth:
        return Formula(Status.CORRECT, orders, here.values, here.values)
    there = at
    if here.ties or not here.order.smooth:
        there = nudged(at, names, seed)
        beside = examine(claim.loss, claim.gradient, there, names, seed)
        if beside.order.right:
            return _at_kink(claim, at, names, here) if here.ties else _near_kink(here, beside)
    return _at_fault(claim, there, here, names, seed)


def _near_kink(here: Exact, beside: Exact) -> Formula:
    """No number was equal to another here, but the step went over a kink: the point has none."""
    orders = {name: beside.order.odd for name in here.values if name != LOSS}
    return Formula(Status.CORRECT, orders, here.values, here.values, note=BESIDE)


def _at_kink(claim: Claim, at: Point, names: list[str], here: Exact) -> Formula:
    found = kinks(claim, at)
    outside = [k for k in found if not k.between]
    touched = frozenset(upstream(claim.network, max((k.place for k in found), default=0)))
    shown = outside or found
    return Formula(
        Status.WRONG if outside else Status.KINK if found else Status.UNDECIDED,
        dict.fromkeys(names, here.order.odd),
        here.values,
        here.values,
        wrong=touched if outside else frozenset(),
        not_smooth=touched,
        culprits=tuple(dict.fromkeys(f"{k.layer}: {k.tensor}" for k in outside)),
        kinks=tuple(found),
        presumed=here.presumed > 0,
        note=str(shown[0]) if shown else "not smooth here, though no layer has a kink",
    )


def _at_fault(claim: Claim, at: Point, here: Exact, names: list[str], seed: int) -> Formula:
    """Something is missing somewhere: ask every tensor alone, then every layer."""
    alone = {n: examine(claim.loss, claim.gradient, at, [n], seed).order for n in names}
    convicted = frozenset(name for name, order in alone.items() if wrong(order))
    orders = {name: order.odd for name, order in alone.items()}
    if not convicted:
        return right_but_for_a_constant(here, alone)
    truth = {**here.values, **{name: _slopes(claim, at, name) for name in convicted}}
    blamed = tuple(culprits(claim, at, seed))
    return Formula(Status.WRONG, orders, truth, here.values, wrong=convicted, culprits=blamed)


def right_but_for_a_constant(here: Exact, alone: Mapping[str, Order]) -> Formula:
    """What every tensor alone misses is no more than the rounding of a constant takes."""
    orders = {name: order.odd for name, order in alone.items()}
    largest = max(order.residue for order in alone.values())
    note = f"right up to the rounding of a constant (a part of {largest:.1e} is missing)"
    return Formula(Status.CORRECT, orders, here.values, here.values, note=note)


def _slopes(claim: Claim, at: Point, name: str) -> list[flint.arb]:
    """The true gradient of a tensor's first elements: exact central differences, right to h^2."""
    tensor, slopes = at[name], []
    with exactly(BITS):
        for index in list(np.ndindex(tensor.shape))[:AFFORDABLE]:
            sides = []
            for step in (STEP, -STEP):
                moved = tensor.copy()
                moved[index] = moved[index] + Ball(step)
                sides.append(claim.loss({**at, name: moved}).value)
            slopes.append((sides[0] - sides[1]) / (2 * STEP))
    return slopes


def measure_units(claim: Claim, tensors: Tensors, formula: Formula, dtype: DType) -> Units:
    """The unit of error by tensor, and the underflow in it."""
    return Units(*rounding.units(claim.gradient, tensors, formula.exact, dtype))


def second_opinion(
    units: Units, claim: Claim, tensors: Tensors, formula: Formula, dtype: DType, seed: int
) -> Units:
    """The larger of each unit and of what noise of the same size makes there."""
    noisy = rounding.noisy_units(claim.gradient, tensors, formula.exact, dtype, seed)
    lost = units.underflow
    return Units({name: max(u, noisy[name] + lost[name]) for name, u in units.unit.items()}, lost)
