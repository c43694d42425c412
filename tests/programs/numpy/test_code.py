"""Code as people write it, on trial: its record gives its values and their slopes, and is whole."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import copy
import math
from collections.abc import Callable
from math import exp as mexp
from typing import Any

import numpy as np
import pytest
from numpy import exp as np_exp
from numpy import zeros as np_zeros

from programs.numpy.trial import tried

VECTOR = np.random.default_rng(0).normal(size=5)
MATRIX = np.random.default_rng(1).normal(size=(4, 3))


def views_of_views(x):
    y = x.copy()
    v = y[1:]
    v[0] *= 3
    v.reshape(2, 2)[1] += v[:2]
    y[::2] -= 1
    z = y.T
    z[-1] = z[0]
    return (y**3).sum()


def outputs_and_masks(x):
    y = np.zeros(5)
    np.multiply(x, x, out=y)
    y += x
    np.add.at(y, [0, 0, 1], x[:3])
    np.copyto(y, x * 2, where=x > 0)
    y[x > 0.5] = 0.5
    y[[1, 2]] = x[[2, 1]]
    np.put(y, [0], x[1])
    y.sort()
    return (y * np.arange(5)).sum()


def outputs_of_functions(X):
    o = np.zeros((3, 3))
    np.dot(X.T, X, out=o)
    o += np.sum(X, axis=0, out=np.zeros(3))
    np.mean(X, axis=0, out=o[0])
    return (o**2).sum() + np.take(X, [0], axis=0, out=np.zeros((1, 3))).sum()


def in_place(x):
    y = x * 1.0
    y -= y.mean()
    y /= np.sqrt((y**2).mean() + 1e-5)
    y[y > 1] *= 0.5
    y[1:3] = y[2:4]
    return y.sum() * y.max()


def swapped(x):
    x = x.copy()
    x[0], x[1] = x[1], x[0]
    a, b, *c = x
    return a * 2 + b + sum(c) ** 2


def flat_elements(x):
    y = np.zeros((2, 2))
    y.flat[1] = x[0]
    y.T.flat[1] = x[1]
    return y.sum() + sum(v * v for v in y.flat)


def made_arrays(x):
    y = np.empty(5)
    y[:] = x
    z = np.empty_like(y)
    np.exp(y, z)
    w, v = np.full((2,), x[0]), np.full_like(x, 2.0)
    v[..., 1:] = z[1:]
    return (y * z).sum() + w.sum() + v.sum()


def parts_of_complex(x):
    z = np.zeros(5, dtype=complex)
    z.real[:] = x
    z.imag[1:] = 2 * x[1:]
    return (np.abs(z) ** 2).sum()


def types_asked(x):
    if type(x) is not np.ndarray or x.dtype != float:
        return 0.0
    s = 0.0
    for v in x:
        if type(v) in (float, np.float64) and isinstance(v, float):
            s += float(v) ** 2
    y = float(s)
    if type(y) is not float or not np.isscalar(y):
        return 0.0
    return math.sqrt(y) + np.float64(s) * max(y, 0.1)


def imports_inside(x):
    import math as m

    import numpy as np
    from numpy import zeros

    b, c = np.zeros(5), zeros(5)
    for i in range(5):
        b[i] = m.exp(x[i])
        c[i] = b[i] ** 2
    return b.sum() + c.sum()


def python_numbers(a, b):
    t = 0.0
    for i in range(3):
        t = t + a * i - b / (i + 1)
    t = -t if t > 0 else t
    return (
        abs(t) ** 1.5
        + math.log(b, 3)
        + math.hypot(a, b)
        + math.fsum([a, b])
        + math.prod([a, b])
        + np.float64(2.0) * b
        + np.exp(a).item()
        + int(b) * a
        + round(a, 2) * b
        + divmod(b, a)[1]
    )


def lists(x):
    rows = [[0.0] * 2 for _ in range(2)]
    rows[0][1] = x[0] * 2
    rows[1][0] = float(x[1])
    return np.array(rows).sum() + np.dot(rows[0], rows[1]) + np.sum(rows) + np.mean(x.tolist())


def strided(x):
    w = np.lib.stride_tricks.as_strided(x, (3, 3), (8, 8))
    return (w**2).sum() + np.lib.stride_tricks.sliding_window_view(x, 2).prod(axis=1).sum()


CODE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    *((f, (VECTOR,)) for f in (
        views_of_views, outputs_and_masks, in_place, swapped, flat_elements, made_arrays,
        parts_of_complex, types_asked, imports_inside, lists, strided,
    )),
    (outputs_of_functions, (MATRIX,)),
    (python_numbers, (1.2, 2.3)),
    (lambda a: a[()] ** 2 + a * 3 + np.exp(a) + float(a) + a.item(), (np.array(0.7),)),
    (lambda x: np_exp(x).sum() + np_zeros(5)[0] + mexp(x[0]), (VECTOR,)),
    (lambda x: np.vectorize(lambda v: v**2 if v > 0 else math.sin(v))(x).sum(), (VECTOR,)),
    (lambda x: copy.deepcopy([x, x * 2])[1].sum() ** 2, (VECTOR,)),
    (lambda x: x[:0].sum() + np.concatenate([x[:0], x]).sum() ** 2, (VECTOR,)),
    (lambda x: sum(v * i[0] for i, v in np.ndenumerate(x)), (VECTOR,)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "args"), CODE, ids=[code.__name__ for code, _ in CODE])
def test_what_people_write_is_recorded(code: Callable[..., Any], args: Any) -> None:
    """The record has the plain run's value, the slopes of the values, and everything is in it."""
    tried(code, *args)
