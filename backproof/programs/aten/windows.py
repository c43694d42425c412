"""Convolutions and their gradients over any number of axes: windows as a move, and one product."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.products import contract
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

Sizes = Sequence[int]


def each(values: Any, rank: int) -> list[int]:
    """One number for every axis."""
    given = [values] if isinstance(values, int) else list(values)
    return given * rank if len(given) == 1 else given


def windows(
    positions: Any, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, count: Sizes
) -> Any:
    """(lead, image) to (lead, K, L): the positions of every window, 0 where it lies outside.

    kernel: the sizes of a window, K in all; count: how many windows there are along each axis, L.
    """
    rank = len(kernel)
    image = positions.shape[-rank:]
    lead = positions.shape[:-rank]
    reach = [
        max(0, (c - 1) * s + d * (k - 1) + 1 - n - p)
        for n, k, s, p, d, c in zip(image, kernel, stride, padding, dilation, count, strict=True)
    ]
    margins = [(0, 0)] * len(lead) + [(p, r) for p, r in zip(padding, reach, strict=True)]
    padded = np.pad(positions, margins)
    for k in range(rank):
        axis = len(lead) + 2 * k
        starts = np.arange(count[k]) * stride[k]
        inside = np.arange(kernel[k]) * dilation[k]
        at = inside[:, None] + starts
        taken = np.take(padded, at.ravel(), axis=axis)
        padded = taken.reshape(*padded.shape[:axis], kernel[k], count[k], *padded.shape[axis + 1 :])
    order = [*range(len(lead)), *(len(lead) + 2 * k for k in range(rank))]
    order += [len(lead) + 2 * k + 1 for k in range(rank)]
    return padded.transpose(order).reshape(*lead, int(np.prod(kernel)), int(np.prod(count)))


class Convolution:
    """The geometry of one: image (N, C, ...), far side (N, O, ...), W (O, C / groups, ...).

    Transposed, the image is the output, and W: (C_in, C_out / groups, ...).
    """

    def __init__(
        self, image: Sizes, far: Sizes, W: Sizes, settings: tuple[Any, ...], groups: int
    ) -> None:
        rank = len(W) - 2
        self.image, self.far, self.groups = tuple(image), tuple(far), groups
        self.kernel = tuple(W[2:])
        self.stride, self.padding, self.dilation = (each(v, rank) for v in settings)

    def places(self, positions: Any) -> Any:
        """(N, G, C / G, K, L) of an array of the image's shape."""
        found = windows(
            positions, self.kernel, self.stride, self.padding, self.dilation, self.far[2:]
        )
        return found.reshape(self.image[0], self.groups, -1, *found.shape[-2:])

    def patches(self, x: Step) -> Step:
        """The windows of an image."""
        return moved(self.places, x)

    def grouped(self, y: Step) -> Step:
        """(N, O, ...) as (N, G, O / G, L)."""
        shape = (self.far[0], self.groups, self.far[1] // self.groups, -1)
        return moved(lambda p: p.reshape(shape), y)

    def weights(self, W: Step) -> Step:
        """(G, O / G, C / G, K)."""
        shape = (self.groups, W.shape[0] // self.groups, W.shape[1], -1)
        return moved(lambda p: p.reshape(shape), W)

    def along(self, x: Step, W: Step) -> Step:
        """From the image to the far side."""
        y = contract(self.patches(x), self.weights(W), letters="ngckl,gock->ngol")
        return moved(lambda p: p.reshape(self.far), y)

    def back(self, y: Step, W: Step) -> Step:
        """From the far side to the image: every window gets the weights times y, added up."""
        parts = contract(self.grouped(y), self.weights(W), letters="ngol,gock->ngckl")
        positions = np.arange(1, int(np.prod(self.image)) + 1).reshape(self.image)
        return spread(parts, places=self.places(positions), shape=self.image)


def _sizes(
    x: Sizes, W: Sizes, settings: tuple[Any, ...], transposed: bool, extra: Any, groups: int
) -> tuple[int, ...]:
    rank = len(W) - 2
    s, p, d, o = (each(v, rank) for v in (*settings, extra))
    if transposed:
        sizes = [
            (x[k + 2] - 1) * s[k] - 2 * p[k] + d[k] * (W[k + 2] - 1) + o[k] + 1 for k in range(rank)
        ]
        return (x[0], W[1] * groups, *sizes)
    sizes = [(x[k + 2] + 2 * p[k] - d[k] * (W[k + 2] - 1) - 1) // s[k] + 1 for k in range(rank)]
    return (x[0], W[0], *sizes)


def convolution(
    x: Step,
    W: Step,
    b: Step | None,
    stride: Sizes,
    padding: Sizes,
    dilation: Sizes,
    transposed: bool,
    output_padding: Sizes,
    groups: int,
    *_: Any,
) -> Step:
    """y_nol = sum_ck W_ock x_nc,place(k,l) + b_o; transposed, the adjoint map."""
    settings = (stride, padding, dilation)
    shape = _sizes(x.shape, W.shape, settings, transposed, output_padding, groups)
    if transposed:
        y = Convolution(shape, x.shape, W.shape, settings, groups).back(x, W)
    else:
        y = Convolution(x.shape, shape, W.shape, settings, groups).along(x, W)
    rank = len(shape) - 2
    return y if b is None else y + moved(lambda p: p.reshape(-1, *[1] * rank), b)


CONVOLUTIONS: dict[str, Lowering] = {
    "convolution": convolution,
    "_convolution": convolution,
    "convolution_overrideable": convolution,
}
