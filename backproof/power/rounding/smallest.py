"""The smallest faults that the judge sees: of a backward pass followed, and by its floats alone."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from backproof.checks.measured import Tensor
from backproof.checks.unfollowed import whole
from backproof.power.rounding.formats import Format
from backproof.power.rounding.layer import Layer
from backproof.verdict import Status
from backproof.verdict.decisions import LIMIT

OCTAVES = 8
"""So many times the smallest factor that a format has beside 1 is doubled, at most."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest relative errors that turn a verdict, of one layer in one format.

    one, all: of one element and of all of a gradient, where the backward pass is followed; infinite
    where none was seen. one_by_floats: of one element where it is not, of half of the elements;
    all_by_floats: of the whole tensor.
    """

    format: str
    layer: str
    one: float
    all: float
    one_by_floats: float
    all_by_floats: float

    def to_json(self) -> dict[str, Any]:
        """The sizes as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """The sizes in a line."""
        return (
            f"{self.format:>16} {self.layer:<14} followed: one element {self.one:.1e}, all "
            f"{self.all:.1e}; floats alone: one {self.one_by_floats:.1e}, "
            f"all {self.all_by_floats:.1e}"
        )


def smallest(f: Format, layer: Layer, seed: int = 0) -> Smallest:
    """The smallest errors of the layer's first gradient that are seen."""
    values = layer.inputs(np.random.default_rng(seed))
    right = f.judged(*layer.bound(f.module), values, seed)
    tensor = next(iter(right.measured.tensors.values()))
    size = np.abs(tensor.truth)
    element = np.zeros(size.shape, dtype=bool)
    element.flat[int(np.argsort(size, axis=None)[size.size // 2])] = True
    one, every = (_seen(f, layer, values, where, seed) for where in (element, size >= 0))
    return Smallest(str(f), layer.name, one, every, *_by_floats(tensor))


def _seen(f: Format, layer: Layer, values: Any, where: Any, seed: int) -> float:
    """The smallest relative error at some elements, by octaves, that the judge calls wrong."""
    forward, backward = layer.bound(f.module)
    for k in range(OCTAVES):
        part = 2 * f.precision.u * 2.0**k
        wrong = _off(backward, f.array(np.where(where, 1 + part, 1.0)))
        if f.judged(forward, wrong, values, seed).status is Status.WRONG:
            return part
    return np.inf


def _off(backward: Callable[..., Any], factors: Any) -> Callable[..., Any]:
    def wrong(dy: Any, cache: Any) -> Any:
        first, *rest = backward(dy, cache)
        return (first * factors, *rest)

    return wrong


def _by_floats(tensor: Tensor) -> tuple[float, float]:
    """What shows when nobody follows the backward pass: LIMIT units of an element, of the whole."""
    size = np.abs(tensor.truth)
    alone = replace(tensor, claimed=None, claim=None, returned=2 * tensor.truth)
    one = float(np.median(LIMIT * tensor.unit[size > 0] / size[size > 0]))
    return one, LIMIT / whole(alone)
