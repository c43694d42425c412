"""Bags of embeddings and their backward operations, in smaller operations of torch."""

from collections.abc import Callable
from typing import Any

import torch

SUM, MEAN, MAX = 0, 1, 2
"""torch's numbers for what is made of the rows of a bag."""


def embedding_bag(
    weight: Any,
    indices: Any,
    offsets: Any,
    scale: bool = False,
    mode: int = SUM,
    sparse: bool = False,
    samples: Any = None,
    include_last: bool = False,
    padding: int = -1,
) -> Any:
    """The sums, or means, of the rows of every bag. Raises ValueError for their maxima."""
    if mode == MAX:
        raise ValueError("the maximum of a bag is not followed")
    starts = offsets[:-1] if include_last else offsets
    places = torch.arange(len(indices))
    bags = torch.searchsorted(starts, places.to(starts.dtype), right=True) - 1
    sizes = torch.bincount(bags[indices != padding], minlength=len(starts))
    return _bagged(weight, indices, bags, sizes, mode, samples, padding)


def _bagged(
    weight: Any, indices: Any, bags: Any, sizes: Any, mode: int, samples: Any, padding: int
) -> Any:
    rows = weight[indices] if samples is None else weight[indices] * samples[:, None]
    counted = (indices != padding) & (bags >= 0)
    y = rows.new_zeros(len(sizes), weight.shape[1])
    y = y.index_add(0, bags[counted], rows[counted])
    return y / sizes.clamp(min=1)[:, None] if mode == MEAN else y


def by_weight(
    dy: Any,
    indices: Any,
    bags: Any,
    sizes: Any,
    _: Any,
    count: int,
    scale: bool,
    mode: int,
    samples: Any = None,
    padding: int = -1,
) -> tuple[Callable[..., Any], list[Any]]:
    """What the dense backward operation pulls through."""

    def bagged(weight: Any) -> Any:
        often = torch.bincount(indices, minlength=count).clamp(min=1)
        scaled = weight / often[:, None] if scale else weight
        return _bagged(scaled, indices, bags, sizes[: len(dy)], mode, samples, padding)

    return bagged, [dy.new_zeros(count, dy.shape[1])]


def by_weight_with_offsets(dy: Any, indices: Any, offsets: Any, *rest: Any) -> Any:
    """The same, told the offsets too and whether the result is sparse."""
    return by_weight(dy, indices, *rest[:6], *rest[7:])


def by_samples(
    dy: Any, weight: Any, indices: Any, offsets: Any, bags: Any, mode: int, padding: int = -1
) -> tuple[Callable[..., Any], list[Any]]:
    """What the backward operation by the weights of samples pulls through."""
    sizes = torch.ones(len(dy))
    given = [dy.new_zeros(len(indices))]
    return lambda s: _bagged(weight, indices, bags, sizes, SUM, s, padding), given
