"""Poolings and their gradients over any number of axes."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation, constant_like
from backproof.programs.aten.windows import each, windows

Sizes = Sequence[int]


def max_pool(rank: int) -> Lowering:
    """The largest element of each window, at the place that the run found."""

    def lowering(
        o: Operation,
        x: Step,
        kernel: Sizes,
        stride: Sizes = (),
        padding: Sizes = (0,),
        dilation: Sizes = (1,),
        ceil_mode: bool = False,
    ) -> tuple[Step, None]:
        k, s, p, di = (each(v, rank) for v in (kernel, stride or kernel, padding, dilation))
        count = o.results[0].shape[-rank:]
        return _largest(o, x, rank, lambda q: windows(q, k, s, p, di, count)), None

    return lowering


def adaptive_max_pool(rank: int) -> Lowering:
    """The same over windows that share the image out."""

    def lowering(o: Operation, x: Step, size: Sizes) -> tuple[Step, None]:
        return _largest(o, x, rank, lambda q: adaptive(q, each(size, rank))), None

    return lowering


def _largest(o: Operation, x: Step, rank: int, layout: Any) -> Step:
    """(lead, K, L) to the shape of the result; outside of the image there is -inf."""

    def filled(positions: Any, infinite: Any) -> Any:
        found = layout(positions)
        return np.where(found == 0, infinite, found)

    patches = moved(filled, x, constant_like(x, -np.inf))
    lead, image = x.shape[: x.ndim - rank], x.shape[x.ndim - rank :]
    at = layout(np.broadcast_to(np.arange(1, prod(image) + 1).reshape(image), x.shape))
    winner = d.winner(patches, axis=len(lead), largest=True)
    winner.value = at == o.results[1].reshape(*lead, 1, -1) + 1
    y = d.pick(winner, patches, axis=len(lead))
    shape = o.results[0].shape
    return moved(lambda p: p.reshape(shape), y)


def max_pool_backward(rank: int) -> Lowering:
    """Each output's gradient to the place that it came from, the last argument."""

    def lowering(dy: Step, x: Step, *options: Any) -> Step:
        at = np.asarray(options[-1].value)
        image = x.shape[x.ndim - rank :]
        lead = prod(x.shape[: x.ndim - rank])
        rows = np.arange(lead).reshape(-1, 1) * prod(image)
        places = (at.reshape(lead, -1) + rows + 1).reshape(dy.shape)
        return spread(dy, places=places, shape=x.shape)

    return lowering


def adaptive(positions: Any, size: Sizes) -> Any:
    """(lead, image) to (lead, K, L): windows from floor(i n / m) to ceil((i + 1) n / m)."""
    rank = len(size)
    lead = positions.shape[: positions.ndim - rank]
    found = positions
    for k, m in enumerate(size):
        axis, n = len(lead) + 2 * k, positions.shape[len(lead) + k]
        starts = [i * n // m for i in range(m)]
        ends = [-(-(i + 1) * n // m) for i in range(m)]
        widest = max(b - a for a, b in zip(starts, ends, strict=True))
        padded = np.concatenate([found, np.zeros_like(np.take(found, [0], axis))], axis)
        at = [
            [a + j if a + j < b else n for a, b in zip(starts, ends, strict=True)]
            for j in range(widest)
        ]
        taken = np.take(padded, np.array(at).ravel(), axis=axis)
        found = taken.reshape(*found.shape[:axis], widest, m, *found.shape[axis + 1 :])
    order = [*range(len(lead)), *(len(lead) + 2 * k for k in range(rank))]
    order += [len(lead) + 2 * k + 1 for k in range(rank)]
    turned = found.transpose(order)
    inner = prod(turned.shape[len(lead) : len(lead) + rank])
    return turned.reshape(*lead, inner, prod(size))


POOLINGS: dict[str, Lowering] = {
    **{f"max_pool{n}d_with_indices_backward": max_pool_backward(n) for n in (2, 3)},
    **{f"fractional_max_pool{n}d_backward": max_pool_backward(n) for n in (2, 3)},
    **{f"adaptive_max_pool{n}d_backward": max_pool_backward(n) for n in (2, 3)},
}
POOLED: dict[str, Lowering] = {
    **{f"max_pool{n}d_with_indices": max_pool(n) for n in (2, 3)},
    **{f"adaptive_max_pool{n}d": adaptive_max_pool(n) for n in (2, 3)},
}
