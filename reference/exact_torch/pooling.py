"""Rules for poolings and their gradients, over any number of axes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.exact_torch.indexing import added
from reference.exact_torch.numbers import blank
from reference.exact_torch.reductions import along, best
from reference.exact_torch.windows import (
    Places,
    adaptive_places,
    counted,
    places,
    put,
    spread,
    take,
)

Sizes = Sequence[int]


def max_pool(rank: int) -> Callable[..., Any]:
    """The largest element of each window, and its place in the image; the first of equals."""

    def run(
        x: Any,
        kernel: Sizes,
        stride: Sizes = (),
        padding: Sizes = (0,),
        dilation: Sizes = (1,),
        ceil_mode: bool = False,
    ) -> tuple[Any, Any]:
        k, s, p, d = (spread(v, rank) for v in (kernel, stride or kernel, padding, dilation))
        image = x.shape[-rank:]
        windows = counted(image, k, s, p, d, ceil_mode)
        return _largest(x, places(image, windows, k, s, p, d), windows)

    return run


def adaptive_max_pool(x: Any, windows: Sizes) -> tuple[Any, Any]:
    """The same over windows that share the image out."""
    return _largest(x, adaptive_places(x.shape[-len(windows) :], windows), windows)


def max_pool_backward(rank: int) -> Callable[..., Any]:
    """dx: each output's gradient to the place that it came from, the last argument."""

    def run(dy: Any, x: Any, *options: Any) -> Any:
        lead = x.shape[:-rank]
        image = blank(dy, (int(np.prod(lead)), int(np.prod(x.shape[-rank:]))))
        rows = np.arange(len(image))[:, None]
        at = options[-1].reshape(len(image), -1)
        return added(image, (rows, at), dy.reshape(len(image), -1)).reshape(x.shape)

    return run


def avg_pool(rank: int) -> Callable[..., Any]:
    """The mean of each window."""

    def run(x: Any, kernel: Sizes, *options: Any) -> Any:
        where, windows, divisor = _averaged(x, rank, kernel, *options)
        sums = np.add.reduce(take(_flat(x, rank), where), axis=-1)
        return (sums / divisor).reshape(*x.shape[:-rank], *windows)

    return run


def avg_pool_backward(rank: int) -> Callable[..., Any]:
    """dx_s = sum_lk [place(l,k) = s] dy_l / divisor_l."""

    def run(dy: Any, x: Any, kernel: Sizes, *options: Any) -> Any:
        where, _, divisor = _averaged(x, rank, kernel, *options)
        return _shared(_flat(dy, rank) / divisor, where, x)

    return run


def adaptive_avg_pool(x: Any, windows: Sizes) -> Any:
    """The mean over windows that share the image out."""
    rank = len(windows)
    where = adaptive_places(x.shape[-rank:], windows)
    sums = np.add.reduce(take(_flat(x, rank), where), axis=-1)
    return (sums / _inside(where, x, rank)).reshape(*x.shape[:-rank], *windows)


def adaptive_avg_pool_backward(rank: int) -> Callable[..., Any]:
    """dx of `adaptive_avg_pool`."""

    def run(dy: Any, x: Any) -> Any:
        where = adaptive_places(x.shape[-rank:], dy.shape[-rank:])
        return _shared(_flat(dy, rank) / _inside(where, x, rank), where, x)

    return run


def _largest(x: Any, where: Places, windows: Sizes) -> tuple[Any, Any]:
    patches = take(_flat(x, len(windows)), where, -np.inf)
    chosen = best(patches, -1, True)
    shape = (*x.shape[: -len(windows)], *windows)
    return (
        along(patches, chosen, -1).reshape(shape),
        where[np.arange(len(where)), chosen[..., 0]].reshape(shape),
    )


def _averaged(
    x: Any,
    rank: int,
    kernel: Sizes,
    stride: Sizes = (),
    padding: Sizes = (0,),
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> tuple[Places, list[int], Any]:
    """The places, the number of windows along each axis, and what each sum is divided by.

    Padding counts unless told otherwise; what lies beyond it, in a last window, does not.
    """
    k, s, p = (spread(v, rank) for v in (kernel, stride or kernel, padding))
    image, one, none = x.shape[-rank:], [1] * rank, [0] * rank
    windows = counted(image, k, s, p, one, ceil_mode)
    where = places(image, windows, k, s, p, one)
    if divisor_override:
        return where, windows, divisor_override
    if not count_include_pad:
        return where, windows, _inside(where, x, rank)
    padded = [n + 2 * q for n, q in zip(image, p, strict=True)]
    reach = places(padded, windows, k, s, none, one)
    return where, windows, (reach < int(np.prod(padded))).sum(-1)


def _shared(dy: Any, where: Places, x: Any) -> Any:
    """The gradient of every window to all of its places."""
    patches = np.broadcast_to(dy[..., None], (*dy.shape, where.shape[1]), subok=True)
    rank = x.ndim - dy.ndim + 1
    return put(patches, where, int(np.prod(x.shape[-rank:]))).reshape(x.shape)


def _inside(where: Places, x: Any, rank: int) -> Any:
    return (where < int(np.prod(x.shape[-rank:]))).sum(-1)


def _flat(x: Any, rank: int) -> Any:
    return x.reshape(*x.shape[:-rank], -1)


POOLING: dict[str, Any] = {
    "_adaptive_avg_pool2d": adaptive_avg_pool,
    "_adaptive_avg_pool2d_backward": adaptive_avg_pool_backward(2),
    "_adaptive_avg_pool3d": adaptive_avg_pool,
    "_adaptive_avg_pool3d_backward": adaptive_avg_pool_backward(3),
    "adaptive_max_pool2d": adaptive_max_pool,
    "adaptive_max_pool2d_backward": max_pool_backward(2),
    "adaptive_max_pool3d": adaptive_max_pool,
    "adaptive_max_pool3d_backward": max_pool_backward(3),
    "avg_pool2d": avg_pool(2),
    "avg_pool2d_backward": avg_pool_backward(2),
    "avg_pool3d": avg_pool(3),
    "avg_pool3d_backward": avg_pool_backward(3),
    "max_pool2d_with_indices": max_pool(2),
    "max_pool2d_with_indices_backward": max_pool_backward(2),
    "max_pool3d_with_indices": max_pool(3),
    "max_pool3d_with_indices_backward": max_pool_backward(3),
}
