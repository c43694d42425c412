"""Elements put, or added up, at the places that an index names."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from backproof.exact.primitives.elementwise import cut
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like, floated, placed

aten = torch.ops.aten


def scattered(x: Step, dim: int, index: Step, source: Any, reduce: str | None = None) -> Step:
    """x with the source's elements at the places that an index names."""
    if reduce in ("add", "sum"):
        return scatter_add(x, dim, index, source)
    given = source if isinstance(source, Step) else constant_like(x, source)
    return moved(partial(_scattered, dim), floated(x), floated(given), by=(index,))


def _scattered(dim: int, p: Any, q: Any, index: Any) -> Any:
    base, at = torch.from_numpy(p.copy()), torch.from_numpy(np.array(index)).long()
    if q.ndim == 0:
        return base.scatter(dim, at, int(q)).numpy()
    return base.scatter(dim, at, torch.from_numpy(q.copy())).numpy()


def _taken(index: Step) -> torch.Tensor:
    return torch.from_numpy(np.array(index.value))


def added(x: Step, source: Step, places: Any) -> Step:
    """x, and each element of a source at its place, counted from 1; at 0 it is left out."""
    more = spread(floated(source), places=places, shape=x.shape)
    empty = not x.inputs and x.primitive.name == "constant" and not x.value.any()
    return more if empty else floated(x) + more


def scatter_add(x: Step, dim: int, index: Step, source: Step) -> Step:
    """x_[index] + source."""
    at = _taken(index)
    places = (
        placed(lambda p: p.expand(x.shape).gather(dim, at), x.shape)
        if at.ndim
        else placed(lambda p: p, x.shape)
    )
    cut = tuple(slice(0, n) for n in index.shape)
    part = source if source.shape == index.shape else moved(lambda p: p[cut], source)
    return added(x, part, places)


def index_put(
    x: Step, indices: Sequence[Any], values: Step, accumulate: bool = False, unsafe: bool = False
) -> Step:
    """x with values at indices, or with values added there."""
    asked = [i for i in indices if i is not None]

    def at(given: Sequence[Any]) -> list[Any]:
        left = iter(given)
        return [None if i is None else torch.from_numpy(np.array(next(left))) for i in indices]

    if accumulate:
        places = placed(lambda p: aten.index(p, at([i.value for i in asked])), x.shape)
        wide = moved(lambda p: np.broadcast_to(p, places.shape), floated(values))
        return added(x, wide, places)

    def layout(p: Any, q: Any, *given: Any) -> Any:
        base, filling = torch.from_numpy(p.copy()), torch.from_numpy(np.array(q))
        return aten.index_put(base, at(given), filling).numpy()

    return moved(layout, floated(x), floated(values), by=tuple(asked))


def embedding(table: Step, indices: Step, padding_idx: int = -1, *_: Any) -> Step:
    """Rows of a table; that of the padding is one that torch declares to be flat."""
    at = np.asarray(indices.value)
    if padding_idx < 0:
        return moved(lambda p, i: p[i], table, by=(indices,))
    row = cut(moved(lambda p: p[padding_idx], table))

    def layout(p: Any, fixed: Any) -> Any:
        return np.where((at == padding_idx)[..., None], fixed, p[at])

    return moved(layout, table, row)


SCATTERS: dict[str, Lowering] = {
    "scatter": scattered,
    "scatter_add": scatter_add,
    "index_put": index_put,
    "_index_put_impl": index_put,
    "_unsafe_index_put": index_put,
    "embedding": embedding,
}
