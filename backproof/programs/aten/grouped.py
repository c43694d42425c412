"""Elements put together by an index: scatters with a reduction, bags of embeddings, pairs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from backproof.exact import composites as c
from backproof.exact import scans
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, constant_like, placed

FILLING = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "amax": -np.inf, "amin": np.inf}


def _gathered(x: Step, source: Step, places: Any, own: bool, fill: float) -> tuple[Step, Any]:
    """(elements of x, members): what falls together at each place, its own element first; and how
    many these are. A place that gets nothing keeps its own.
    """
    flat = places.ravel()
    counts = np.bincount(flat, minlength=x.size + 1)[1:]
    order = np.argsort(flat, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=x.size + 1))[:-1]])[1:]
    table = np.full((x.size, 1 + counts.max(initial=0)), -1)
    for k in range(counts.max(initial=0)):
        has = counts > k
        table[has, 1 + k] = order[starts[has] + k]
    kept = np.full(x.size, True) if own else counts == 0

    def layout(p: Any, q: Any, filling: Any) -> Any:
        members = np.where(table >= 0, q.ravel()[table], filling)
        members[:, 0] = np.where(kept, p.ravel(), filling)
        return members

    return moved(layout, x, source, constant_like(x, fill)), np.maximum(counts + kept, 1)


def _reduced(x: Step, source: Step, places: Any, reduce: str, own: bool) -> Step:
    name = {"add": "sum", "multiply": "prod"}.get(reduce, reduce)
    members, counts = _gathered(x, source, places, own, FILLING[name])
    whole: dict[str, Callable[[], Step]] = {
        "sum": lambda: summed(members, -1),
        "mean": lambda: summed(members, -1) / x.record.constant(counts.astype(np.float64)),
        "prod": lambda: scans.product(members, -1),
        "amax": lambda: c.largest(members, -1),
        "amin": lambda: c.smallest(members, -1),
    }
    return moved(lambda p: p.reshape(x.shape), whole[name]())


def scatter_reduce(
    x: Step, dim: int, index: Step, source: Step, reduce: str, include_self: bool = True
) -> Step:
    """Elements of a source reduced at the places that an index names."""
    at = torch.from_numpy(np.array(index.value))
    places = placed(lambda p: p.gather(dim, at) if p.ndim else p.expand(at.shape), x.shape)
    cut = tuple(slice(0, n) for n in index.shape)
    return _reduced(x, moved(lambda p: p[cut], source), places, reduce, include_self)


def index_reduce(
    x: Step, dim: int, index: Step, source: Step, reduce: str, include_self: bool = True
) -> Step:
    """Rows of a source reduced at the rows that an index names."""
    at = torch.from_numpy(np.array(index.value))
    places = placed(lambda p: p.index_select(dim, at), x.shape)
    return _reduced(x, source, places, reduce, include_self)


def put(x: Step, index: Step, source: Step, accumulate: bool = False) -> Step:
    """x with elements at flat places."""
    at = np.asarray(index.value) % x.size
    if accumulate:
        return x + spread(source, places=at + 1, shape=x.shape)

    def layout(p: Any, q: Any) -> Any:
        made = p.ravel().copy()
        made[at.ravel()] = q.ravel()
        return made.reshape(p.shape)

    return moved(layout, x, source)


GROUPED: dict[str, Lowering] = {
    "scatter_reduce": scatter_reduce,
    "index_reduce": index_reduce,
    "put": put,
}
