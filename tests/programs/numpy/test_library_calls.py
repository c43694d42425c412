"""Functions of NumPy and SciPy on trial: their record has their values and slopes, and is whole."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.sparse
import scipy.special as sp
from scipy.special import logsumexp

from programs.numpy.trial import tried

VECTOR = np.random.default_rng(0).normal(size=5)
MATRIX = np.random.default_rng(1).normal(size=(4, 3))
SPARSE = scipy.sparse.random(5, 5, 0.5, random_state=0).tocsr()
WEIGHTS = np.arange(12.0).reshape(4, 3)
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
    "Lambert's W": (
        lambda x: sp.lambertw(x**2 + 0.1).real @ x + sp.lambertw(-0.2 * sp.expit(x), -1).real.sum(),
        VECTOR),
    "scipy.sparse": (lambda x: (SPARSE @ x).sum() ** 2 + (SPARSE.T @ x)[0] ** 2, VECTOR),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_what_libraries_have_is_recorded(name: str) -> None:
    """The same of NumPy's and SciPy's own functions."""
    tried(*CALLS[name])
