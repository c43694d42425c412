"""GELU by hand, in the exact form with erfc and in the approximation with tanh."""

import numpy as np
from scipy import special

from architectures import GELU, Array, TanhGELU, Tensors
from manual.rules import Pullback

CUBIC = 0.044715
"""The paper's fitted coefficient, as a double on both sides of the derivative."""


def gelu(layer: GELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, Phi and phi the normal distribution and density

        y = x Phi(x)    Phi(x) = erfc(-x / sqrt 2) / 2    phi(x) = e^(-x^2 / 2) / sqrt(2 pi)

    By the product rule, with dPhi/dx = phi,

        dx = dy (Phi(x) + x phi(x))

    erfc = 1 - erf keeps the digits of Phi far left of 0, where 1 + erf would cancel.

    Source: Hendrycks and Gimpel (2016), section 2.
    """
    one = _one(x)
    Phi = _erfc(-x / np.sqrt(2 * one)) / 2

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        phi = np.exp(-x * x / 2) / np.sqrt(2 * _pi(one))
        return dy * (Phi + x * phi), {}

    return x * Phi, pullback


def tanh_gelu(layer: TanhGELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, k = sqrt(2 / pi), u = k (x + 0.044715 x^3), T = tanh(u)

        y = x (1 + T) / 2

    dT/dx = (1 - T^2) du/dx and du/dx = k (1 + 3 * 0.044715 x^2), so by the product rule

        dx = dy ((1 + T) / 2 + x (1 - T) (1 + T) k (1 + 3 * 0.044715 x^2) / 2)

    Source: Hendrycks and Gimpel (2016), section 2.
    """
    k = np.sqrt(2 / _pi(_one(x)))
    T = np.tanh(k * (x + CUBIC * x * x * x))

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * ((1 + T) / 2 + x * (1 - T) * (1 + T) * k * (1 + 3 * (CUBIC * x * x)) / 2), {}

    return x * (1 + T) / 2, pullback


def _one(x: Array) -> Array:
    """The number 1 as x counts: constants built from it are as precise as x is."""
    return x.flat[0] ** 0


def _pi(one: Array) -> Array:
    return 4 * np.arctan(one)


def _erfc(x: Array) -> Array:
    """erfc: SciPy's for floats, in double at the most; other numbers bring their own `erfc()`."""
    if x.dtype == object:
        return np.frompyfunc(lambda number: number.erfc(), 1, 1)(x)
    double = x if x.dtype == np.float32 else x.astype(np.float64)
    return special.erfc(double).astype(x.dtype)
