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


def index_add(x: Step, dim: int, index: Step, source: Step, alpha: float = 1) -> Step:
    """Rows of a source added to rows of x."""
    places = placed(lambda p: p.index_select(dim, _taken(index)), x.shape)
    return added(x, source if alpha == 1 else source * alpha, places.reshape(source.shape))


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


def embedding_dense_backward(
    dy: Step, indices: Step, count: int, padding_idx: int, scale_by_frequency: bool = False
) -> Step:
    """Rows of dy added to the rows of the table that they came from."""
    at = _taken(indices).long()
    shape = (count, dy.shape[-1])
    places = placed(lambda p: p[at], shape)
    places[np.asarray(at) == padding_idx] = 0
    if scale_by_frequency:
        often = np.bincount(np.asarray(at).ravel(), minlength=count)[np.asarray(at)]
        dy = dy / dy.record.constant(often[..., None].astype(np.float64))
    return spread(dy, places=places, shape=shape)


def taking(operation: Any) -> Lowering:
    """The adjoint of an operation on an image: (dy, x, its own arguments) to dx."""

    def lowering(dy: Step, x: Step, *rest: Any) -> Step:
        return spread(dy, places=placed(lambda p: operation(p, *rest), x.shape), shape=x.shape)

    return lowering


def nearest_backward(operation: Any) -> Lowering:
    """The adjoint of an upsampling by the nearest element."""

    def lowering(dy: Step, output: Sequence[int], shape: Sequence[int], *scales: Any) -> Step:
        places = placed(lambda p: operation(p, list(output), *scales), shape)
        return spread(dy, places=places, shape=tuple(shape))

    return lowering


def col2im(
    x: Step, output: Sequence[int], kernel: Any, dilation: Any, padding: Any, stride: Any
) -> Step:
    """Windows added up to the image that they are of."""
    batch = () if x.ndim == 2 else x.shape[:1]
    channels = x.shape[-2] // int(np.prod(kernel))
    shape = (*batch, channels, *output)
    places = placed(lambda p: aten.im2col(p, kernel, dilation, padding, stride), shape)
    return spread(x, places=places, shape=shape)


def unfold_backward(dy: Step, shape: Sequence[int], dim: int, size: int, step: int) -> Step:
    """Slices that overlap, added up."""
    places = placed(lambda p: p.unfold(dim, size, step), shape)
    return spread(dy, places=places, shape=tuple(shape))


SCATTERS: dict[str, Lowering] = {
    "scatter": scattered,
    "scatter_add": scatter_add,
    "index_add": index_add,
    "index_put": index_put,
    "_index_put_impl": index_put,
    "_unsafe_index_put": index_put,
    "embedding": embedding,
    "embedding_dense_backward": embedding_dense_backward,
    "col2im": col2im,
    "unfold_backward": unfold_backward,
    **{
        f"{kind}_pad{n}d_backward": taking(getattr(aten, f"{kind}_pad{n}d"))
        for kind in ("reflection", "replication")
        for n in (1, 2, 3)
    },
    **{
        f"{kind}{n}d_backward": nearest_backward(getattr(aten, f"{kind}{n}d"))
        for kind in ("upsample_nearest", "_upsample_nearest_exact")
        for n in (1, 2, 3)
    },
}
