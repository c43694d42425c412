"""GELU by hand, in the exact form with the normal distribution and in the one with tanh."""

import math

import numpy as np
from scipy import special

from backproof.architectures import GELU, Array, TanhGELU, Tensors
from backproof.manual.rules import Pullback
from backproof.manual.sigmoidal import logistic

CUBIC = 0.044715
"""The paper's fitted coefficient, as a double on both sides of the derivative."""


def gelu(layer: GELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, Phi and phi the normal distribution and density

        y = x Phi(x)    phi(x) = e^(-x^2 / 2) / sqrt(2 pi)

    By the product rule, with dPhi/dx = phi,

        dx = dy (Phi(x) + x phi(x))

    Source: Hendrycks and Gimpel (2016), section 2.
    """
    Phi = _normal(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        phi = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return dy * (Phi + x * phi), {}

    return x * Phi, pullback


def tanh_gelu(layer: TanhGELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, k = sqrt(2 / pi), u = k (x + 0.044715 x^3)

        y = x (1 + tanh(u)) / 2

    (1 + tanh(u)) / 2 = 1 / (1 + e^-2u) = s(2u), which keeps the digits that 1 + tanh(u) loses left
    of 0, and ds/du = 2 s(2u) s(-2u). With du/dx = k (1 + 3 * 0.044715 x^2), by the product rule,

        dx = dy (s(2u) + 2 x s(2u) s(-2u) k (1 + 3 * 0.044715 x^2))

    Source: Hendrycks and Gimpel (2016), section 2.
    """
    k = math.sqrt(2 / math.pi)
    u = k * (x + CUBIC * x * x * x)
    s = logistic(2 * u)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        du = k * (1 + 3 * (CUBIC * x * x))
        return dy * (s + 2 * x * s * logistic(-2 * u) * du), {}

    return x * s, pullback


def _normal(x: Array) -> Array:
    """Phi in the dtype of x: SciPy has it in single and in double precision."""
    double = x if x.dtype == np.float32 else x.astype(np.float64)
    return special.ndtr(double).astype(x.dtype)
