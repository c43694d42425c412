"""One slope of a large loss, by a few evaluations: where a gradient has millions of elements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.differences.probes import scale
from backproof.exact.precision import Array
from backproof.verdict.numeric import BENDS, CAUTION, EVALUATED, STEP


@dataclass(frozen=True, slots=True)
class Known:
    """A slope and by how much it may be off."""

    value: float
    error: float


def signs(size: int, seed: int) -> Array:
    """Random signs, +1 and -1, of eight to a byte drawn."""
    drawn = np.frombuffer(np.random.default_rng(seed).bytes(size // 8 + 1), np.uint8)
    bits = np.unpackbits(drawn, count=size)
    return np.subtract(bits.astype(np.float64) * 2, 1)


def balanced(at: Mapping[str, Array], gradients: Mapping[str, Array], seed: int) -> dict[str, Any]:
    """A direction of random signs in which every tensor pulls alike, if its gradient is right.

    No tensor moves by more than it is large.
    """
    sizes = {name: _size(at[name]) for name in gradients}
    pulls = {n: sizes[n] * float(np.linalg.norm(g.ravel())) for n, g in gradients.items()}
    least = min((p for p in pulls.values() if p > 0 and np.isfinite(p)), default=1.0)
    along = {name: signs(g.size, seed + k) for k, (name, g) in enumerate(gradients.items())}
    for name, v in along.items():
        v *= sizes[name] * (least / pulls[name] if pulls[name] > least else 1.0)
    return {name: v.reshape(gradients[name].shape) for name, v in along.items()}


def _size(tensor: Array) -> float:
    """The root mean square, as a power of 2; by a quick norm, unless that is 0 or overflows."""
    norm = float(np.linalg.norm(tensor.ravel())) / np.sqrt(tensor.size)
    return 2.0 ** round(np.log2(norm)) if 0 < norm < np.inf else scale(tensor)


def slope_along(
    loss: Callable[[Mapping[str, Any]], float],
    at: Mapping[str, Array],
    along: Mapping[str, Any],
    once: bool = False,
) -> Known:
    """The slope of a float64 loss along a direction: two central quotients, or one, extrapolated.

    Four evaluations, `once` two. Where the loss is not finite nor smooth the error says so.
    """
    quotients, noise, h = [], 0.0, STEP
    buffers = {name: np.empty(v.shape) for name, v in along.items()}
    for _ in range(1 if once else 2):
        sides = [loss({**at, **_moved(at, along, t, buffers)}) for t in (h, -h)]
        quotients.append((sides[0] - sides[1]) / (2 * h))
        noise = EVALUATED * float(np.finfo(np.float64).eps) * max(map(abs, sides)) / (2 * h)
        h /= 2
    if once:
        return Known(quotients[0], BENDS * abs(quotients[0]) + noise)
    apart = quotients[1] - quotients[0]
    error = CAUTION * abs(apart) + noise
    return Known(quotients[1] + apart / 3, error if np.isfinite(error) else float("inf"))


def _moved(
    at: Mapping[str, Array], along: Mapping[str, Any], t: float, into: dict[str, Array]
) -> dict[str, Array]:
    """The tensors a step t away, in buffers that every step uses again."""
    for name, v in along.items():
        np.multiply(v, t, out=into[name])
        into[name] += at[name]
    return into
