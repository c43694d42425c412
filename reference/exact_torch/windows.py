"""Where the windows of convolutions and poolings lie, as places in a flattened image.

The letters: N images, C channels, S places of an image, L windows, K places of a window.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from reference.exact_torch.numbers import blank

Places = npt.NDArray[np.int64]
"""(L, K): the place of every element of every window; S for what lies outside of the image."""


def places(
    image: Sequence[int],
    windows: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Places:
    """Windows of a constant shape; all arguments have one number for each axis of the image."""
    parts = zip(windows, kernel, stride, padding, dilation, strict=True)
    return _flat(
        [
            np.arange(n)[:, None] * s - p + np.arange(k) * d  # (windows, places) along the axis
            for n, k, s, p, d in parts
        ],
        image,
    )


def adaptive_places(image: Sequence[int], windows: Sequence[int]) -> Places:
    """Windows from floor(i n / m) up to ceil((i + 1) n / m): m of them share out n places."""
    axes = []
    for n, m in zip(image, windows, strict=True):
        starts, ends = np.arange(m) * n // m, -(-(np.arange(m) + 1) * n // m)
        steps = starts[:, None] + np.arange((ends - starts).max(initial=0))
        axes.append(np.where(steps < ends[:, None], steps, -1))
    return _flat(axes, image)


def counted(
    image: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    ceil_mode: bool = False,
) -> list[int]:
    """How many windows fit along each axis; rounded up, all that begin within image or padding."""
    counts = []
    for n, k, s, p, d in zip(image, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = (-(-room // s) if ceil_mode else room // s) + 1
        counts.append(count - (ceil_mode and (count - 1) * s >= n + p))
    return counts


def take(x: Any, where: Places, outside: float = 0.0) -> Any:
    """x: (..., S) to (..., L, K), with a value for what lies outside of the image."""
    grown = blank(x, (*x.shape[:-1], x.shape[-1] + 1), outside)
    grown[..., :-1] = x
    return grown[..., where]


def put(patches: Any, where: Places, size: int) -> Any:
    """The adjoint of `take`: (..., L, K) to (..., S), each place the sum over its windows."""
    whole = blank(patches, (*patches.shape[:-2], size + 1))
    for k in range(where.shape[1]):  # a place occurs at most once among the k-th of all windows
        inside = where[:, k] < size
        at = (..., where[inside, k])
        whole[at] = whole[at] + patches[..., inside, k]
    return whole[..., :size]


def spread(values: Sequence[int] | int, rank: int) -> list[int]:
    """One number for each axis, from one for all or one for each."""
    given = list(values) if isinstance(values, Sequence) else [values]
    return given * rank if len(given) == 1 else given


def _flat(axes: Sequence[Places], image: Sequence[int]) -> Places:
    """From places along each axis to places in the flattened image."""
    rank = len(image)
    where: Any = np.zeros((1,) * 2 * rank, dtype=np.int64)
    outside: Any = where > 0
    for k, (steps, n) in enumerate(zip(axes, image, strict=True)):
        shape = [1] * 2 * rank
        shape[k], shape[rank + k] = steps.shape
        steps = steps.reshape(shape)
        where, outside = where * n + steps, outside | (steps < 0) | (steps >= n)
    where = np.where(outside, int(np.prod(image)), where)
    return where.reshape(int(np.prod(where.shape[:rank])), -1)
