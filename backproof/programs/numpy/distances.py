"""SciPy's distances between points, as what they are computed from."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.spatial import distance

from backproof.programs.numpy.operands import escaping
from backproof.programs.numpy.tape import Tape

HOME = "scipy.spatial.distance"


def _cosine(x: Any, y: Any) -> Any:
    product = np.sum(x * y, axis=-1)
    return 1 - product / (np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1))


def _minkowski(x: Any, y: Any, p: Any = 2) -> Any:
    return np.sum(np.abs(x - y) ** p, axis=-1) ** (1 / p)


METRICS: dict[str, Callable[..., Any]] = {
    "sqeuclidean": lambda x, y: np.sum((x - y) ** 2, axis=-1),
    "euclidean": lambda x, y: np.linalg.norm(x - y, axis=-1),
    "cityblock": lambda x, y: np.sum(np.abs(x - y), axis=-1),
    "chebyshev": lambda x, y: np.max(np.abs(x - y), axis=-1),
    "minkowski": _minkowski,
    "cosine": _cosine,
}
"""By its name, the distance of points whose coordinates lie on the last axis."""


def cdist(tape: Tape, a: Any, b: Any, metric: Any = "euclidean", **settings: Any) -> Any:
    """scipy.spatial.distance.cdist: every row of a with every one of b."""
    if metric not in METRICS:
        return escaping(tape, f"{HOME}.cdist", distance.cdist, (a, b, metric), settings)
    return METRICS[metric](tape.calls.array(a)[:, None], tape.calls.array(b)[None], **settings)


def pdist(tape: Tape, x: Any, metric: Any = "euclidean", **settings: Any) -> Any:
    """scipy.spatial.distance.pdist: every pair of rows once."""
    if metric not in METRICS:
        return escaping(tape, f"{HOME}.pdist", distance.pdist, (x, metric), settings)
    points = tape.calls.array(x)
    i, j = np.triu_indices(len(points), 1)
    return METRICS[metric](points[i], points[j], **settings)


def squareform(tape: Tape, x: Any, *_: Any, **__: Any) -> Any:
    """scipy.spatial.distance.squareform: pairs as a symmetric matrix, and the other way round."""
    given = tape.calls.array(x)
    if given.ndim == 2:
        return given[np.triu_indices(len(given), 1)]
    places = distance.squareform(np.arange(1, len(given) + 1))
    return np.concatenate([np.zeros(1, dtype=given.dtype), given])[places]
