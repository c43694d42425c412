"""What the causes on the labels mean in floats: how each misbehaviour, and each wrong formula that
leaves a mark, is told without backproof.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import torch

from wild_frameworks import FrameworkClaim, claims
from wild_frameworks.driving import drive

BY_NAME = {claim.name: claim for claim in claims()}


def same(these: Any, those: Any) -> bool:
    """Whether two arrays are, up to the rounding of a few operations in float64."""
    return these.shape == those.shape and np.allclose(these, those, rtol=1e-12, atol=1e-14)


def changes_its_mind(claim: FrameworkClaim) -> bool:
    """Whether one of eight more calls with the same input and cotangent gives another gradient."""
    driven = drive(claim, 0)
    first, others = driven.claimed(), [driven.claimed() for _ in range(8)]
    return not all(same(a, b) for other in others for a, b in zip(first, other, strict=True))


def remembers(claim: FrameworkClaim) -> bool:
    """Whether a call at another point goes on to change what is computed here."""
    function, *inputs = claim.arguments(0)
    _, *elsewhere = claim.arguments(1)
    fresh, *_ = claim.arguments(0)
    with torch.no_grad():
        function(*elsewhere)
        return not same(np.asarray(function(*inputs)), np.asarray(fresh(*inputs)))


def changes_its_input(claim: FrameworkClaim) -> bool:
    """Whether a forward pass leaves other numbers in the caller's tensors."""
    function, *inputs = claim.arguments(0)
    before = deepcopy(inputs)
    with torch.no_grad():
        function(*inputs)
    return not all(same(np.asarray(a), np.asarray(t)) for a, t in zip(before, inputs, strict=True))


def is_not_finite(claim: FrameworkClaim) -> bool:
    """Whether the gradient is not, though the value is."""
    driven = drive(claim, 0)
    assert np.isfinite(driven.value(driven.leaves))
    return not all(np.isfinite(g).all() for g in driven.claimed())


def needs_float64(claim: FrameworkClaim) -> bool:
    """Whether the value is finite in float64 alone."""
    single, double = drive(claim, 0, "float32"), drive(claim, 0)
    return np.isfinite(double.value(double.leaves)) and not np.isfinite(single.value(single.leaves))


def is_imprecise(claim: FrameworkClaim) -> bool:
    """Whether the gradient is off by what float32 rounds, and not by more."""
    right = claim if claim.right else BY_NAME[claim.pair]
    pairs = zip(drive(claim, 0).claimed(), drive(right, 0).claimed(), strict=True)
    off = max(np.abs(a - b).max() / np.abs(b).max() for a, b in pairs)
    return bool(1e-10 < off < 1e-6)


def refused(saying: str) -> Callable[[FrameworkClaim], bool]:
    """Whether the framework itself refuses the gradient, in words that match."""

    def check(claim: FrameworkClaim) -> bool:
        try:
            drive(claim, 0).claimed()
        except (RuntimeError, TypeError, ValueError) as error:
            return re.search(saying, str(error)) is not None
        return False

    return check


MISBEHAVIOUR: dict[str, Callable[[FrameworkClaim], bool]] = {
    "none": refused("not have been used"),
    "wrong-shape": refused(r"2, ?4.*4, ?2"),
    "wrong-structure": refused("container"),
    "input-changed": changes_its_input,
    "not-deterministic": changes_its_mind,
    "state": remembers,
    "not-finite": is_not_finite,
    "one-dtype": needs_float64,
    "imprecise": is_imprecise,
}
"""What no difference shows, and what shows it."""


def some(holds: Callable[[Any, Any], bool]) -> Callable[[FrameworkClaim], bool]:
    """Whether it holds of a wrong array and the right one that belongs to it, and they differ."""

    def check(claim: FrameworkClaim) -> bool:
        pairs = zip(drive(claim, 0).claimed(), drive(BY_NAME[claim.pair], 0).claimed(), strict=True)
        found = [holds(wrong, right) for wrong, right in pairs if not same(wrong, right)]
        return bool(found) and all(found)

    return check


def change_places(claim: FrameworkClaim) -> bool:
    """Whether two right arrays occur at each other's place."""
    wrong, right = drive(claim, 0).claimed(), drive(BY_NAME[claim.pair], 0).claimed()
    changed = [k for k, g in enumerate(wrong) if not same(g, right[k])]
    i, j = changed
    return same(wrong[i], right[j]) and same(wrong[j], right[i])


def times_two(claim: FrameworkClaim) -> list[tuple[Any, Any]]:
    """The gradient of twice the cotangent, beside that of the cotangent."""
    driven = drive(claim, 0)
    return list(zip(driven.claimed(2.0), driven.claimed(), strict=True))


def ignores_the_cotangent(claim: FrameworkClaim) -> bool:
    """Whether it changes nothing."""
    return all(same(twice, once) for twice, once in times_two(claim))


def is_not_linear(claim: FrameworkClaim) -> bool:
    """Whether twice the cotangent gives something else than twice the gradient."""
    return any(not same(twice, 2 * once) for twice, once in times_two(claim))


LOOKS: dict[str, Callable[[FrameworkClaim], bool]] = {
    "sign": some(lambda wrong, right: same(wrong, -right)),
    "factor": some(
        lambda wrong, right: same(wrong, right * (np.vdot(wrong, right) / np.vdot(right, right)))
    ),
    "zero": some(lambda wrong, right: not wrong.any()),
    "transposed": some(lambda wrong, right: same(wrong, right.T)),
    "shifted": some(lambda wrong, right: same(wrong, right[..., ::-1, ::-1])),
    "clipped": is_not_linear,
    "not-linear": is_not_linear,
    "swapped": change_places,
    "cotangent-ignored": ignores_the_cotangent,
}
"""What a wrong gradient looks like beside the right one, for the causes that leave a mark."""
