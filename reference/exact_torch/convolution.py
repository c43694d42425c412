"""Rules for convolutions and their gradients, over any number of axes, as products of matrices."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_torch.numbers import blank
from reference.exact_torch.windows import Places, counted, places, put, spread, take

Sizes = Sequence[int]


def convolution(
    x: Any,
    W: Any,
    b: Any,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
) -> Any:
    r"""x: (N, C, image)  W: (O, C / groups, kernel)  b: (O,)  y: (N, O, windows)

        y_nol = sum_ck W_ock x_nc,place(l,k) + b_o

    Transposed, W: (C, O / groups, kernel) and x stands where y stands above: the adjoint map.
    """
    shape = _result_shape(x, W, stride, padding, dilation, transposed, output_padding, groups)
    where = _places(
        shape if transposed else x.shape,
        x.shape if transposed else shape,
        W,
        stride,
        padding,
        dilation,
    )
    y = (_spread if transposed else _gathered)(x, W, where, groups, int(np.prod(shape[2:])))
    y = y.reshape(shape)
    return y if b is None else y + b.reshape(-1, *[1] * (y.ndim - 2))


def convolution_backward(
    dy: Any,
    x: Any,
    W: Any,
    bias_sizes: Sizes | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
    mask: Sequence[bool],
) -> tuple[Any, Any, Any]:
    r"""dx, dW and db of `convolution`; what the mask does not ask for is 0.

        dx_ncs = sum_olk [place(l,k) = s] W_ock dy_nol    dW_ock = sum_nl dy_nol x_nc,place(l,k)

    db_o is the sum of dy_nol over n and l. Transposed, x and dy change places.
    """
    image, far = (dy, x) if transposed else (x, dy)
    where = _places(image.shape, far.shape, W, stride, padding, dilation)
    back = _gathered if transposed else _spread
    dx = (
        back(dy, W, where, groups, int(np.prod(x.shape[2:]))).reshape(x.shape)
        if mask[0]
        else _none(x)
    )
    dW = _weights(image, far, W, where, groups) if mask[1] else _none(W)
    db = np.add.reduce(dy, axis=(0, *range(2, dy.ndim))) if mask[2] else blank(dy, (dy.shape[1],))
    return dx, dW, db


def _gathered(x: Any, W: Any, where: Places, groups: int, size: int) -> Any:
    """(N, C, image) to (N, O, L): every window times the weights, group by group."""
    parts = []
    for X, V in zip(_grouped(x, groups), np.split(W, groups), strict=True):
        patches = _patches(X, where)
        y = patches @ V.reshape(len(V), -1).T
        parts.append(y.reshape(len(x), -1, len(V)).transpose(0, 2, 1))
    return np.concatenate(parts, axis=1)


def _spread(y: Any, W: Any, where: Places, groups: int, size: int) -> Any:
    """(N, O, windows) to (N, C, S): every window of the image gets the weights times y."""
    parts = []
    for Y, V in zip(_grouped(y, groups), np.split(W, groups), strict=True):
        rows = Y.reshape(len(y), len(V), -1).transpose(0, 2, 1).reshape(-1, len(V))
        patches = (rows @ V.reshape(len(V), -1)).reshape(len(y), len(where), V.shape[1], -1)
        parts.append(put(patches.transpose(0, 2, 1, 3), where, size))
    return np.concatenate(parts, axis=1)


def _weights(x: Any, y: Any, W: Any, where: Places, groups: int) -> Any:
    parts = []
    for X, Y in zip(_grouped(x, groups), _grouped(y, groups), strict=True):
        rows = Y.reshape(len(y), Y.shape[1], -1).transpose(1, 0, 2).reshape(Y.shape[1], -1)
        parts.append(rows @ _patches(X, where))
    return np.concatenate(parts).reshape(W.shape)


def _patches(x: Any, where: Places) -> Any:
    """(N, C, image) to (N L, C K), the elements of every window."""
    patches = take(x.reshape(*x.shape[:2], -1), where)
    return patches.transpose(0, 2, 1, 3).reshape(len(x) * len(where), -1)


def _grouped(x: Any, groups: int) -> list[Any]:
    return list(np.split(x, groups, axis=1))


def _none(x: Any) -> Any:
    return blank(x, x.shape)


def _places(
    image: Sizes, windows: Sizes, W: Any, stride: Sizes, padding: Sizes, dilation: Sizes
) -> Places:
    rank = W.ndim - 2
    each = (spread(values, rank) for values in (stride, padding, dilation))
    return places(image[2:], windows[2:], W.shape[2:], *each)


def _result_shape(
    x: Any,
    W: Any,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
) -> tuple[int, ...]:
    rank, kernel = W.ndim - 2, W.shape[2:]
    s, p, d, extra = (spread(v, rank) for v in (stride, padding, dilation, output_padding))
    if not transposed:
        return (len(x), len(W), *counted(x.shape[2:], kernel, s, p, d))
    sizes = [
        (n - 1) * s[k] - 2 * p[k] + d[k] * (kernel[k] - 1) + extra[k] + 1
        for k, n in enumerate(x.shape[2:])
    ]
    return (len(x), W.shape[1] * groups, *sizes)


CONVOLUTION: dict[str, Any] = {
    "convolution": convolution,
    "convolution_backward": convolution_backward,
}
