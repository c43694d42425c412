"""Composites: what libraries' own functions give, and the gradients that are known of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from scipy import special

from backproof.exact import matrices as m
from backproof.exact import piecewise as p
from backproof.exact.primitives import fourier
from backproof.exact.record import Record
from backproof.exact.reverse import gradients

X = np.array([-1.5, -0.25, 0.0, 0.5, 2.0])
Y = np.array([0.5, 1.5, 2.0, 0.25, 3.0])
A = np.random.default_rng(3).normal(size=(2, 3, 3))
B = np.random.default_rng(4).normal(size=(3, 2))
Z = A + 1j * np.random.default_rng(5).normal(size=A.shape)
SPD = A @ A.swapaxes(-1, -2) + np.eye(3)

FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "xlogy": (p.xlogy, special.xlogy, (X, Y)),
    "xlog1py": (p.xlog1py, special.xlog1py, (X, Y)),
    "entr": (p.entr, special.entr, (X,)),
    "rel_entr": (p.rel_entr, special.rel_entr, (X, Y)),
    "kl_div": (p.kl_div, special.kl_div, (np.abs(X), Y)),
    "huber": (p.huber, special.huber, (np.full(5, 0.75), X)),
    "pseudo_huber": (p.pseudo_huber, special.pseudo_huber, (Y, X)),
    "boxcox": (p.boxcox, special.boxcox, (Y, X)),
    "boxcox1p": (p.boxcox1p, special.boxcox1p, (Y, X)),
    "multigammaln": (
        lambda x: p.multigammaln(x, 3),
        np.vectorize(lambda x: special.multigammaln(x, 3)),
        (Y + 2,),
    ),
    "i0e": (p.i0e, special.i0e, (X,)),
    "i1e": (p.i1e, special.i1e, (X,)),
    "solve": (m.solve, np.linalg.solve, (A, B)),
    "solve vector": (m.solve, np.linalg.solve, (A[0], B[:, 0])),
    "solve_triangular": (
        lambda a, b: m.solve_triangular(a, b, is_lower=True, turned="T", unit=True),
        lambda a, b: scipy.linalg.solve_triangular(a, b, 1, lower=True, unit_diagonal=True),
        (A[0], B),
    ),
    "cho_solve": (
        m.cho_solve,
        lambda a, b: scipy.linalg.cho_solve((a, True), b),
        (A[0], B),
    ),
    "lstsq": (m.lstsq, lambda a, b: np.linalg.lstsq(a, b)[0], (B, A[0][:, :1])),
    "sign": (lambda a: m.slogdet(a)[0], lambda a: np.linalg.slogdet(a)[0], (A,)),
    "phase": (lambda a: m.slogdet(a)[0], lambda a: np.linalg.slogdet(a)[0], (Z,)),
    "logabsdet": (lambda a: m.slogdet(a)[1], lambda a: np.linalg.slogdet(a)[1], (Z,)),
    "cholesky": (m.cholesky, np.linalg.cholesky, (SPD + np.triu(np.ones((3, 3)), 1),)),
    "upper": (
        lambda a: m.cholesky(a, is_upper=True, reads_lower=False),
        lambda a: scipy.linalg.cholesky(a),
        (SPD[0] + np.tril(np.ones((3, 3)), -1),),
    ),
    "qr wide": (lambda a: m.qr(a)[1], lambda a: np.linalg.qr(a)[1], (B.T,)),
    "qr tall": (lambda a: m.qr(a)[0], lambda a: np.linalg.qr(a)[0], (B,)),
    "eigh": (lambda a: m.eigh(a)[1], lambda a: np.linalg.eigh(a)[1], (A,)),
    "eigh complex": (lambda a: m.eigh(a)[1], lambda a: np.linalg.eigh(a)[1], (Z,)),
    "eigvalsh": (lambda a: m.eigvalsh(a, False), lambda a: np.linalg.eigvalsh(a, "U"), (Z,)),
    "eig": (lambda a: m.eig(a)[1], lambda a: np.linalg.eig(a)[1], (A,)),
    "eig real": (lambda a: m.eig(a)[1], lambda a: np.linalg.eig(a)[1], (SPD,)),
    "eigvals": (lambda a: m.eig(a)[0], np.linalg.eigvals, (Z,)),
    "svd": (lambda a: m.svd(a)[0], lambda a: np.linalg.svd(a, False)[0], (B,)),
    "svd values": (lambda a: m.svd(a)[1], lambda a: np.linalg.svd(a, False)[1], (Z,)),
    "lu": (lambda a: m.lu(a)[0], lambda a: scipy.linalg.lu_factor(a)[0], (A,)),
    "trace": (m.trace, lambda a: np.trace(a, axis1=-2, axis2=-1), (A,)),
    "power": (lambda a: m.matrix_power(a, -3), lambda a: np.linalg.matrix_power(a, -3), (A,)),
    "power 5": (lambda a: m.matrix_power(a, 5), lambda a: np.linalg.matrix_power(a, 5), (A,)),
    "power 0": (lambda a: m.matrix_power(a, 0), lambda a: np.linalg.matrix_power(a, 0), (A,)),
    "rfft": (lambda a: fourier.rfft(a, axes=(1, 2)), lambda a: np.fft.rfftn(a, axes=(1, 2)), (A,)),
    "irfft odd": (lambda z: fourier.irfft(z, 5, (-1,)), lambda z: np.fft.irfft(z, 5), (Z,)),
    "irfft even": (lambda z: fourier.irfft(z, 4, (-1,)), lambda z: np.fft.irfft(z, 4), (Z,)),
    "irfft cut": (lambda z: fourier.irfft(z, 2, (-1,)), lambda z: np.fft.irfft(z, 2), (Z,)),
    "irfftn": (
        lambda z: fourier.irfft(z, 7, (1, 2)),
        lambda z: np.fft.irfftn(z, (3, 7), axes=(1, 2)),
        (Z,),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name: str) -> None:
    """A composite has the value that the library's function has."""
    build, expected, arguments = FUNCTIONS[name]
    record = Record()
    y = build(*(record.input(f"x{k}", a) for k, a in enumerate(arguments)))
    with np.errstate(all="ignore"):
        wanted = expected(*arguments)
    np.testing.assert_allclose(y.value, wanted, rtol=1e-11, atol=1e-13)


def gradient(build: Callable[..., Any], *arguments: Any, weights: Any = None) -> list[Any]:
    """The gradients, in floats, of the sum of a composite's elements, or of it weighed."""
    record = Record()
    inputs = [record.input(f"x{k}", a) for k, a in enumerate(arguments)]
    y = build(*inputs)
    found = gradients({y: np.ones(y.shape) if weights is None else weights}, inputs)
    return [None if g is None else g.value for g in found]


def test_xlogy_at_zero() -> None:
    """x log y has the slope log y at x = 0, and none by y; 0 log 0 has none by either."""
    by_x, by_y = gradient(p.xlogy, np.array([0.0, 0.0]), np.array([2.0, 0.0]))
    np.testing.assert_allclose(by_x, [np.log(2), 0.0])
    np.testing.assert_allclose(by_y, [0.0, 0.0])


def test_huber_is_smooth_where_its_parts_meet() -> None:
    """Slope r up to delta, delta sign(r) beyond."""
    r = np.array([-2.0, -0.75, 0.5, 3.0])
    np.testing.assert_allclose(gradient(p.huber, np.full(4, 0.75), r)[1], np.clip(r, -0.75, 0.75))


def test_a_triangle_that_is_read_has_the_gradient() -> None:
    """Cholesky reads the lower triangle: nothing above, the mirrored elements' share below; its
    symmetric part is the gradient along symmetric matrices.
    """
    weights = np.tril(np.random.default_rng(8).normal(size=SPD.shape))
    (g,) = gradient(m.cholesky, SPD, weights=weights)
    assert np.all(np.triu(g, 1) == 0)
    lower = np.linalg.cholesky(SPD)
    inner = np.tril(lower.swapaxes(-1, -2) @ weights)
    inner = inner - 0.5 * inner * np.eye(3)
    inverse = np.linalg.inv(lower)
    known = inverse.swapaxes(-1, -2) @ inner @ inverse
    np.testing.assert_allclose(
        g + g.swapaxes(-1, -2), known + known.swapaxes(-1, -2), rtol=1e-9, atol=1e-12
    )


def test_real_numbers_have_real_gradients_of_transforms() -> None:
    """The adjoint of rfft is real and by parts: d/dre + i d/dim of the outputs weighed."""
    x = A[0]
    weights = np.random.default_rng(9).normal(size=(3, 2)) + 1j
    (g,) = gradient(lambda a: fourier.rfft(a, axes=(1,)), x, weights=weights)
    full = np.zeros((3, 3), complex)
    full[:, :2] = weights
    np.testing.assert_allclose(g, (np.fft.ifft(full) * 3).real, rtol=1e-12)
    assert g.dtype == np.float64
