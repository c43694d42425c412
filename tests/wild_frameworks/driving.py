"""A claim in floats, whatever its framework: a number made of its outputs, and its own gradient.

What is measured here is the frameworks' own arithmetic and differences; nothing is backproof's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wild_frameworks import FrameworkClaim

Floats = npt.NDArray[np.float64]

STEP = 2.0**-10
STENCIL = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
"""Weights of the symmetric differences over k steps: right to the sixth power of the step.

Source: Fornberg, Generation of Finite Difference Formulas (1988), table 1.
"""


@dataclass(frozen=True, slots=True)
class Driven:
    """A claim at one point.

    leaves: its floating inputs, a module's parameters after them. value(leaves): the sum of its
    outputs times a random cotangent. gradient(leaves, scale): the claim's gradient of that, by the
    rule on trial, with the cotangent times `scale`; raises what the framework or the rule raises.
    """

    leaves: tuple[Any, ...]
    value: Callable[[Sequence[Any]], float]
    gradient: Callable[..., list[Any]]

    def claimed(self, scale: float = 1.0) -> list[Any]:
        """The gradient at the point itself."""
        return self.gradient(self.leaves, scale)


def drive(claim: FrameworkClaim, seed: int, dtype: str = "float64") -> Driven:
    """The claim at the point that a seed draws, computing in a dtype."""
    function, *inputs = claim.arguments(seed)
    if claim.way == "check_torch":
        from wild_frameworks.driving_torch import driven
    else:
        from wild_frameworks.driving_jax import driven
    return driven(function, inputs, seed, dtype)


def slopes(driven: Driven, seed: int) -> list[tuple[float, float, float]]:
    """For each leaf the claimed slope along a random direction, the measured one, and their size.

    The size is the sum of the terms of the claimed slope without their signs, and at least 1e-3 of
    the value: what rounding is measured by.
    """
    draw, found = np.random.default_rng([seed, 1]), []
    value = abs(driven.value(driven.leaves))
    for k, (leaf, g) in enumerate(zip(driven.leaves, driven.claimed(), strict=True)):
        along = draw.uniform(-1, 1, leaf.shape)
        measured = sum(
            weight * (_moved(driven, k, n * along) - _moved(driven, k, -n * along)) / STEP
            for n, weight in STENCIL.items()
        )
        size = max(np.abs(g).sum(), abs(measured), 1e-3 * value)
        found.append((float((g * along).sum()), float(measured), float(size)))
    return found


def _moved(driven: Driven, k: int, steps: Floats) -> float:
    leaves = list(driven.leaves)
    leaves[k] = leaves[k] + STEP * steps
    return driven.value(leaves)
