"""What a layer on trial is: a forward and a backward pass in one text, for NumPy and for torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Random = np.random.Generator
Arrays = tuple[Any, ...]
Inputs = Callable[[Random], Arrays]


@dataclass(frozen=True, slots=True)
class Layer:
    """A right layer, computed as one would write it.

    inputs: drawn arrays, float64. forward: (np, *xs) to (y, cache); backward: (np, dy, cache) to a
    gradient for each input; np is NumPy or torch. halves: whether libraries have it in 16 bits.
    """

    name: str
    inputs: Inputs
    forward: Callable[..., Any]
    backward: Callable[..., Arrays]
    halves: bool = True

    def bound(self, module: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The two passes in the terms of a namespace."""
        return (
            lambda *xs: self.forward(module, *xs),
            lambda dy, cache: self.backward(module, dy, cache),
        )


def normal(*shapes: tuple[int, ...], scale: Mapping[int, float] | None = None) -> Inputs:
    """Arrays from the normal distribution; scale: of some of them, by their place."""
    scales = scale or {}
    return lambda random: tuple(
        scales.get(k, 1.0) * random.standard_normal(shape) for k, shape in enumerate(shapes)
    )
