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
import scipy.linalg
import scipy.signal
import scipy.sparse
import scipy.special as sp
from numpy import exp as np_exp
from numpy import zeros as np_zeros
from scipy.special import logsumexp

from programs.numpy.trial import loss_of, recorded, slopes, truth

VECTOR = np.random.default_rng(0).normal(size=5)
MATRIX = np.random.default_rng(1).normal(size=(4, 3))
SPARSE = scipy.sparse.random(5, 5, 0.5, random_state=0).tocsr()
WEIGHTS = np.arange(12.0).reshape(4, 3)


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

CALLS: dict[str, tuple[Callable[..., Any], Any]] = {
    "branches": (
        lambda x: np.where(x > 0, x, 0.1 * x).sum() + np.maximum(x, 0).sum() + np.abs(x).max()
        + np.clip(x, -0.5, 0.5).sum() + np.sign(x) @ x + np.heaviside(x, 0.5) @ x, VECTOR),
    "roundings": (
        lambda x: np.floor(x) @ x + np.fmod(x, 0.3).sum() + np.modf(x)[0].sum() + np.rint(x) @ x
        + (x % 0.7).sum() + np.trunc(x) @ x, VECTOR),
    "arrays of numbers": (
        lambda x: np.array([x[0], x[1] * 2, 3.0]).prod() + np.asarray([x, x * 2]).sum()
        + np.array([[x[0], 1], [2, x[2]]]).sum(), VECTOR),
    "joining": (
        lambda x: (np.stack([x, x**2]) @ x).sum() + np.concatenate([x, [1.0], x[:2]]) @ np.arange(8)
        + np.vstack([x, x]).mean() + np.pad(x, 1, constant_values=2.0) @ np.arange(7)
        + np.roll(x, 1) @ x, VECTOR),
    "blocks": (
        lambda X: np.block([[X, X], [X * 2, WEIGHTS]]).sum() ** 2 + np.split(X, 2)[0].sum() ** 2
        + np.repeat(X, 2, axis=0).prod() + np.tile(X, 2)[0] @ np.arange(6) + np.rot90(X)[0, 0] ** 2
        + X[None, ..., ::-1][0, 1] @ X[0], MATRIX),
    "gathering": (
        lambda X: np.take_along_axis(X, X.argsort(axis=1), 1)[:, 0] @ np.arange(4)
        + X[np.arange(4), X.argmax(axis=1)] @ np.arange(4) + np.sort(X, axis=0)[0] @ np.arange(3)
        + np.bincount([0, 1, 1, 0], weights=X[:, 0])[1] ** 2 + np.delete(X, 1, 0).sum() ** 2
        + np.select([X > 0, X < -1], [X, X**2], 0.0).sum(), MATRIX),
    "sums": (
        lambda X: np.einsum("ij,kj,ik->", X, X, X @ X.T) + np.einsum("...j->...", X)[0] ** 2
        + np.einsum("ii", X.T @ X) + np.einsum(X, [0, 1], X, [0, 2], [1, 2]).sum()
        + np.tensordot(X, X, ([0], [0])).sum(), MATRIX),
    "products": (
        lambda X: np.kron(X, X).sum() + np.inner(X, X).sum() + np.vdot(X, X)
        + np.cross(X, X[::-1])[0, 0]
        + np.outer(X, X).sum() + WEIGHTS.T.dot(X).sum() ** 2 + np.trace(X.T @ X), MATRIX),
    "norms": (
        lambda X: np.linalg.norm(X) + np.linalg.norm(X, axis=1).sum() + np.linalg.norm(X, 1)
        + np.linalg.norm(X[0], np.inf) + np.linalg.norm(X[0], 3), MATRIX),
    "statistics": (
        lambda X: np.var(X) + X.std(axis=0, ddof=1).sum() + np.median(X) + np.percentile(X, 30)
        + np.cov(X.T)[0, 1] + np.average(X, weights=WEIGHTS) + np.ptp(X) + np.nanmean(X), MATRIX),
    "calculus": (
        lambda x: np.trapezoid(x**2) + np.gradient(x**2).sum() + np.diff(x**3, 2).sum()
        + np.interp(x, [-1.0, 0, 1], [1.0, 3, 2]).sum() + np.cumsum(x) @ x + np.cumprod(x).sum()
        + np.convolve(x, x, "same")[1] + np.correlate(x, x[:3])[0], VECTOR),
    "reductions": (
        lambda x: np.add.reduceat(x**2, [0, 2, 3]) @ np.arange(3.0) + np.logaddexp.reduce(x)
        + np.add.reduce(x, where=x > 0) + np.subtract.outer(x, x).max()
        + np.maximum.accumulate(x) @ np.arange(5) + np.mean(x, where=x > -1), VECTOR),
    "division where": (
        lambda x: np.divide(1.0, x, out=np.zeros(5), where=x > 0).sum() + np.nan_to_num(x).sum(),
        VECTOR),
    "complex numbers": (
        lambda x: np.abs(np.exp(1j * x) * x + x**2).sum() + np.angle(x + 1j).sum()
        + np.real(np.conj(x + 1j * x) * (2j * x)).sum(), VECTOR),
    "transforms": (
        lambda x: np.abs(np.fft.fft(x)).sum() + (np.abs(np.fft.rfft(x)) ** 2).sum()
        + np.fft.irfft(np.fft.rfft(x), 5) @ x + np.abs(np.fft.fft(x, n=7, norm="ortho")).sum()
        + np.fft.fftshift(x)[0], VECTOR),
    "indices of numbers": (
        lambda x: (x.max()[None] * x).sum() ** 2 + np.sum(x[0][x[0] > -9] ** 2)
        + x.sum()[..., None][0] ** 3 + (x @ x)[()], VECTOR),
    "linear algebra": (
        lambda X: np.linalg.inv(X.T @ X).sum() + np.linalg.det(X.T @ X)
        + np.linalg.slogdet(X.T @ X)[1] + np.linalg.solve(X.T @ X, X[0]).sum()
        + np.linalg.cholesky(X.T @ X).sum(), MATRIX),
    "spectra": (
        lambda X: np.linalg.svd(X, compute_uv=False)[0] + np.linalg.eigvalsh(X.T @ X)[0]
        + np.linalg.pinv(X).sum() + np.linalg.lstsq(X, X[:, 0] ** 2)[0].sum()
        + np.linalg.norm(X, 2), MATRIX),
    "scipy.special": (
        lambda x: logsumexp(x) + sp.softmax(x)[0] + sp.log_softmax(x)[1] + sp.expit(x).sum()
        + sp.xlogy(x**2, x**2).sum() + sp.erf(x).sum() + sp.gammaln(x**2 + 1).sum(), VECTOR),
    "scipy.linalg": (
        lambda X: scipy.linalg.solve(X.T @ X, X[0]).sum() + scipy.linalg.expm(X.T @ X / 9).sum()
        + scipy.linalg.cho_solve(scipy.linalg.cho_factor(X.T @ X), X[0]).sum(), MATRIX),
    "scipy.signal": (
        lambda X: scipy.signal.convolve2d(X, X[:2, :2], "valid").sum() ** 2
        + scipy.signal.correlate(X[0], X[1], "same")[0], MATRIX),
    "scipy.sparse": (lambda x: (SPARSE @ x).sum() ** 2 + (SPARSE.T @ x)[0] ** 2, VECTOR),
}  # fmt: skip


@pytest.mark.parametrize(("code", "args"), CODE, ids=[code.__name__ for code, _ in CODE])
def test_what_people_write_is_recorded(code: Callable[..., Any], args: Any) -> None:
    """The record has the plain run's value, the slopes of the values, and everything is in it."""
    _tried(code, *args)


@pytest.mark.parametrize("name", CALLS)
def test_what_libraries_have_is_recorded(name: str) -> None:
    """The same of NumPy's and SciPy's own functions."""
    _tried(*CALLS[name])


def _tried(code: Callable[..., Any], *args: Any) -> None:
    expected = code(*(x.copy() if isinstance(x, np.ndarray) else x for x in args))
    run = recorded(code, *args)
    (y,) = run.outputs.values()
    np.testing.assert_allclose(y.value, expected, rtol=1e-14)
    for found, by_values in zip(truth(run), slopes(code, *args), strict=True):
        np.testing.assert_allclose(found, by_values, rtol=1e-6, atol=1e-7)
    lost = loss_of(code, *args)
    assert lost is None or lost.harmless
