"""Bags of embeddings, and their backward operations."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def embedding_bag(
    weight: Step,
    indices: Step,
    offsets: Step,
    scale: bool = False,
    mode: int = 0,
    sparse: bool = False,
    samples: Step | None = None,
    include_last: bool = False,
    padding: int = -1,
) -> tuple[Step | None, ...]:
    """The sums, or means, of the rows of every bag."""
    if mode == 2:
        raise ValueError("the maximum of a bag is not followed")
    at, starts = np.asarray(indices.value), np.asarray(offsets.value)
    starts = starts[:-1] if include_last else starts
    bags = np.searchsorted(starts, np.arange(len(at)), side="right")
    bags = np.where(at == padding, 0, bags)
    rows = moved(lambda p: p[at], weight)
    if samples is not None:
        rows = rows * moved(lambda p: p[:, None], samples)
    shape = (len(starts), weight.shape[1])
    columns = np.arange(1, shape[1] + 1)
    places = np.where(bags[:, None] > 0, (bags[:, None] - 1) * shape[1] + columns, 0)
    y = spread(rows, places=places, shape=shape)
    if mode == 1:
        counts = np.maximum(np.bincount(bags, minlength=shape[0] + 1)[1:], 1)
        y = y / weight.record.constant(counts[:, None].astype(np.float64))
    return y, None, None, None


def embedding_bag_dense_backward(
    dy: Step,
    indices: Step,
    bags: Step,
    sizes: Step,
    _: Any,
    count: int,
    scale: bool,
    mode: int,
    samples: Step | None = None,
    padding: int = -1,
) -> Step:
    """The gradient of every bag, at the rows that are in it."""
    at, bag = np.asarray(indices.value), np.asarray(bags.value)
    rows = moved(lambda p: p[bag], dy)
    if samples is not None:
        rows = rows * moved(lambda p: p[:, None], samples)
    if mode == 1:
        counts = np.maximum(np.asarray(sizes.value), 1)[bag]
        rows = rows / dy.record.constant(counts[:, None].astype(np.float64))
    if scale:
        often = np.bincount(at, minlength=count)[at]
        rows = rows / dy.record.constant(often[:, None].astype(np.float64))
    shape: Sequence[int] = (count, dy.shape[1])
    places = at[:, None] * shape[1] + np.arange(1, shape[1] + 1)
    places = np.where(at[:, None] == padding, 0, places)
    return spread(rows, places=places, shape=tuple(shape))


def embedding_bag_backward(dy: Step, indices: Step, *rest: Any) -> Step:
    """As the dense one, told the offsets too and whether the result is sparse."""
    _, bags, sizes, most, count, scale, mode, sparse, samples, *padding = rest
    if sparse:
        raise ValueError("a sparse gradient is not followed")
    return embedding_bag_dense_backward(
        dy, indices, bags, sizes, most, count, scale, mode, samples, *padding
    )


def embedding_bag_samples_backward(
    dy: Step, weight: Step, indices: Step, offsets: Step, bags: Step, mode: int, padding: int = -1
) -> Step:
    """The products of every row with the gradient of its bag."""
    at, bag = np.asarray(indices.value), np.asarray(bags.value)
    both = moved(lambda p: p[bag], dy) * moved(lambda p: p[at], weight)
    return summed(moved(lambda p: np.where(at[:, None] == padding, 0, p), both), 1)


BAGS: dict[str, Lowering] = {
    "_embedding_bag": embedding_bag,
    "_embedding_bag_forward_only": embedding_bag,
    "_embedding_bag_backward": embedding_bag_backward,
    "_embedding_bag_dense_backward": embedding_bag_dense_backward,
    "_embedding_bag_per_sample_weights_backward": embedding_bag_samples_backward,
}
