"""Images in another size, by weights that the geometry gives: one matrix for every axis."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch

from backproof.exact.primitives.products import contract
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

aten = torch.ops.aten
Sizes = Sequence[int]


@cache
def _weights(name: str, rank: int, axis: int, n: int, m: int, align: bool, scale: Any) -> Any:
    """(m, n), what every pixel counts in the new ones along an axis: the image of the identity."""
    shape, size, scales = [1] * rank, [1] * rank, [None] * rank
    shape[axis], size[axis], scales[axis] = n, m, scale
    eye = torch.eye(n, dtype=torch.float64).reshape(1, n, *shape)
    made = getattr(aten, name)(eye, size, align, *scales)
    return made.reshape(n, m).numpy().T.copy()


def _along(x: Step, matrices: list[Any]) -> Step:
    lead = "bc"
    for k, matrix in enumerate(matrices):
        letters = lead + "hwd"[: len(matrices)]
        old = letters[2 + k]
        weights = x.record.constant(matrix)
        x = contract(x, weights, letters=f"{letters},z{old}->{letters.replace(old, 'z')}")
    return x


def resized(name: str, rank: int) -> Lowering:
    """An image in another size."""

    def lowering(x: Step, size: Sizes, align: bool, *scales: Any) -> Step:
        steps = [*scales, *[None] * (rank - len(scales))]
        sizes = zip(x.shape[2:], size, strict=True)
        each = enumerate(zip(sizes, steps, strict=True))
        return _along(x, [_weights(name, rank, k, n, m, align, s) for k, ((n, m), s) in each])

    return lowering


KINDS = {
    "upsample_linear1d": 1,
    "upsample_bilinear2d": 2,
    "upsample_trilinear3d": 3,
    "upsample_bicubic2d": 2,
    "_upsample_bilinear2d_aa": 2,
    "_upsample_bicubic2d_aa": 2,
}
RESAMPLINGS: dict[str, Lowering] = {
    **{name: resized(name, rank) for name, rank in KINDS.items()},
}
