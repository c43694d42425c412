"""Hand-written gradients in PyTorch and JAX as people write them: each right one with a wrong twin.

A claim is data and a framework is imported with the file that needs it, so that this table can be
read without either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

import numpy as np

Way = Literal["check_torch", "check_jax"]

FILES: dict[Way, tuple[str, ...]] = {
    "check_torch": (
        "torch_pointwise",
        "torch_behaviour",
        "torch_layers",
        "torch_windows",
        "torch_networks",
        "torch_plain",
    ),
    "check_jax": ("jax_rules", "jax_reductions", "jax_behaviour", "jax_layers", "jax_networks"),
}
"""Which files hold the claims that each way in judges; each has a list `CLAIMS`."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "path-left-out": ("declared-cut", "straight-through"),
    "not-finite": ("undefined-slope",),
    "clipped": ("not-linear",),
    "unexplained": ("factor",),
}
"""By the label, what says it as well, or more closely: the code itself declares the cut, a backward
pass that clips is not linear, and of what no pattern explains the record knows the factor.
"""


@dataclass(frozen=True, slots=True)
class FrameworkClaim:
    """A function with its own derivative rule, and what is known of it.

    arguments: a seed to what the way in is called with, (function, *inputs). right: whether its
    gradient is. cause: the slug of the diagnosis; of a right claim "constant-rounding" or "".
    options: what the way in is told besides. pair: the name of the twin.
    """

    name: str
    way: Way
    arguments: Callable[[int], tuple[Any, ...]]
    right: bool
    cause: str
    pair: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The name alone, by which a test is called."""
        return self.name


def twins(
    way: Way,
    name: str,
    right: Any,
    wrong: Any,
    cause: str,
    inputs: Callable[[int], tuple[Any, ...]],
    right_cause: str = "",
) -> list[FrameworkClaim]:
    """A right function and a wrong one of the same inputs; a class is instantiated anew each time,
    so that no claim inherits the state that another caller left.
    """

    def arguments(function: Any) -> Callable[[int], tuple[Any, ...]]:
        make: Callable[[], Any] = function if isinstance(function, type) else lambda: function
        return lambda seed: (make(), *inputs(seed))

    right_name, wrong_name = f"{name}, right", f"{name}, {cause}"
    return [
        FrameworkClaim(right_name, way, arguments(right), True, right_cause, wrong_name),
        FrameworkClaim(wrong_name, way, arguments(wrong), False, cause, right_name),
    ]


def claims(*ways: Way) -> list[FrameworkClaim]:
    """All claims of the ways in that are named, or of all."""
    files = [name for way in ways or FILES for name in FILES[way]]
    return [claim for name in files for claim in import_module(f"{__name__}.{name}").CLAIMS]


def normal(*shapes: tuple[int, ...]) -> Callable[[int], tuple[Any, ...]]:
    """A seed to float64 arrays of these shapes from the normal distribution."""
    return lambda seed: tuple(map(np.random.default_rng(seed).standard_normal, shapes))


def off_kinks(*shapes: tuple[int, ...]) -> Callable[[int], tuple[Any, ...]]:
    """A seed to float64 arrays between -2 and 2, whose elements keep 1/16 from multiples of 1/8."""

    def draw(seed: int) -> tuple[Any, ...]:
        integers = np.random.default_rng(seed).integers
        return tuple(integers(-16, 16, shape) / 8 + 1 / 16 for shape in shapes)

    return draw
