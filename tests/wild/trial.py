"""How a wild claim is tried: posed as one loss and one gradient, and differentiated numerically."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from wild.claim import WildClaim

STEP = 1e-4
"""In units of a tensor's median: the stencil is then right to about 1e-12 of the loss."""
AGREES = 1e-6


@dataclass(frozen=True, slots=True)
class Posed:
    """A claim with the numbers it is judged at.

    forward and backward: as the layer has them, None of a loss. loss: of the arguments; of a layer,
    <dy, y>. gradient: the claim's, as it is returned. anew: makes the same again.
    """

    anew: Callable[[], "Posed"]
    args: tuple[Any, ...]
    loss: Callable[..., Any]
    gradient: Callable[..., Any]
    forward: Callable[..., Any] | None = None
    backward: Callable[..., Any] | None = None
    dy: Any = None


def pose(claim: WildClaim, seed: int, dtype: Any = None) -> Posed:
    """The claim from anew, its floats as they are drawn or of another dtype."""
    anew = partial(pose, claim, seed, dtype)
    first, second, *drawn = claim.arguments(seed)
    args = tuple(_mapped(lambda x: _cast(x, dtype), x) for x in drawn)
    if claim.way == "check":
        return Posed(anew, args, first, second)
    rng = np.random.default_rng([seed, 1])
    y = first(*copied(args))[0]
    dy = _mapped(lambda x: np.asarray(rng.normal(size=np.shape(x)), dtype=x.dtype), y)

    def backward(dy: Any, cache: Any) -> Any:
        return second(dy, cache) if second is not None else cache(dy)

    def loss(*at: Any) -> Any:
        return sum((d * x).sum() for d, x in zip(floats(dy), floats(first(*at)[0]), strict=True))

    def gradient(*at: Any) -> Any:
        return backward(copied(dy), first(*at)[1])

    return Posed(anew, args, loss, gradient, first, backward, dy)


def tensors(args: tuple[Any, ...]) -> dict[str, Any]:
    """The floats among the arguments, by their paths."""
    return {path: x for path, x in _leaves(args) if _is_float(x)}


def gradients(args: tuple[Any, ...], returned: Any) -> dict[str, Any]:
    """What a claim returned, by the path of its argument: one structure, or one for each argument,
    those without floats left out or None.
    """
    moving = [k for k, x in enumerate(args) if floats(x)]
    if len(args) == 1 or (len(moving) == 1 and not isinstance(returned, tuple)):
        return {f"/{moving[0]}{path}": g for path, g in _leaves(returned)}
    if not isinstance(returned, tuple):
        return dict(_leaves(returned))
    slots = range(len(args)) if len(returned) == len(args) else moving
    given = [(k, g) for k, g in zip(slots, returned, strict=False) if k in moving]
    return {f"/{k}{path}": g for k, slot in given for path, g in _leaves(slot)}


def copied(structure: Any) -> Any:
    """The structure with arrays of its own."""
    return _mapped(lambda x: x.copy() if isinstance(x, np.ndarray) else x, structure)


def claimed(posed: Posed) -> dict[str, Any]:
    """The gradients that the claim returns at copies of its arguments."""
    with np.errstate(all="ignore"):
        return gradients(posed.args, posed.gradient(*copied(posed.args)))


def disagreement(posed: Posed, seed: int) -> float:
    """The largest part of a slope that the claim has too many or too few, over all tensors."""
    got, rng, worst = claimed(posed), np.random.default_rng([seed, 2]), 0.0
    for path, tensor in tensors(posed.args).items():
        v = rng.normal(size=tensor.shape)
        scale = float(np.median(np.abs(tensor))) or 1.0
        g = np.asarray(got[path])
        if g.shape != tensor.shape:
            return np.inf
        off = abs(slope(posed, path, v, STEP * scale) - float((g * v).sum()))
        part = off / size if (size := float(np.abs(g * v).sum())) else off and np.inf
        worst = max(worst, np.inf if np.isnan(part) else part)
    return worst


def slope(posed: Posed, path: str, v: Any, h: float) -> float:
    """The derivative along v in one tensor, by the central stencil of fourth order."""
    near = moved(posed, path, h * v) - moved(posed, path, -h * v)
    far = moved(posed, path, 2 * h * v) - moved(posed, path, -2 * h * v)
    return (8 * near - far) / (12 * h)


def moved(posed: Posed, path: str, by: Any) -> float:
    """The loss with one tensor moved."""
    at = _mapped_paths(lambda p, x: np.asarray(x + by) if p == path else x, copied(posed.args))
    with np.errstate(all="ignore"):
        return float(posed.loss(*at))


def floats(structure: Any) -> list[Any]:
    """The float arrays of a structure."""
    return [x for _, x in _leaves(structure) if _is_float(x)]


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if dtype is not None and _is_float(x) else x


def _is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.floating) and x.dtype.kind == "f"


def _mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    return _mapped_paths(lambda _, x: function(x), structure)


def _mapped_paths(function: Callable[[str, Any], Any], x: Any, path: str = "") -> Any:
    match x:
        case dict():
            return {k: _mapped_paths(function, v, f"{path}/{k}") for k, v in x.items()}
        case list() | tuple():
            return type(x)(_mapped_paths(function, v, f"{path}/{k}") for k, v in enumerate(x))
    return function(path, x)


def _leaves(x: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match x:
        case dict():
            for k, v in x.items():
                yield from _leaves(v, f"{path}/{k}")
        case list() | tuple():
            for k, v in enumerate(x):
                yield from _leaves(v, f"{path}/{k}")
        case _:
            yield path, x
