"""Sigmoid, tanh, SiLU and softplus by hand: everything made of s(x) = 1 / (1 + exp(-x))."""

import numpy as np
from scipy import special

from backproof.architectures import Array, Sigmoid, SiLU, Softplus, Tanh, Tensors
from backproof.manual.rules import Pullback


def logistic(x: Array) -> Array:
    """s(x) = 1 / (1 + e^-x) in the dtype of x, as SciPy has it: no exponential overflows."""
    return special.expit(x).astype(x.dtype)


def sigmoid(layer: Sigmoid, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = 1 / (1 + e^-x)

    dy/dx = e^-x / (1 + e^-x)^2, and e^-x / (1 + e^-x) = 1 - s(x) = s(-x), which keeps the digits
    that 1 - y loses near y = 1, so

        dx = dy s(x) s(-x)

    Source: Rumelhart, Hinton and Williams (1986), eq. 2 and the text below eq. 5.
    """
    y = logistic(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * y * logistic(-x), {}

    return y, pullback


def tanh(layer: Tanh, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = sinh(x) / cosh(x)

    dy/dx = (cosh^2 - sinh^2) / cosh^2 = 1 - y^2 = 1 / cosh^2, and cosh(x) = (e^x + e^-x) / 2, so
    with e = e^(-2 |x|), which keeps the digits that 1 - y^2 loses near |y| = 1,

        dx = dy 4 e / (1 + e)^2

    Source: LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998), section 4.4.
    """
    y = np.tanh(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        e = np.exp(-2 * abs(x))
        return dy * (4 * e) / ((1 + e) * (1 + e)), {}

    return y, pullback


def silu(layer: SiLU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, s = 1 / (1 + e^-x)

        y = x s

    By the product rule dy/dx = s + x ds/dx with ds/dx = s (1 - s) = s(x) s(-x), so

        dx = dy s(x) (1 + x s(-x))

    Source: Elfwing, Uchibe and Doya (2017), eq. 5 and 6.
    """
    s = logistic(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * s * (1 + x * logistic(-x)), {}

    return x * s, pullback


def softplus(layer: Softplus, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = log(1 + e^x)

    dy/dx = e^x / (1 + e^x) = s(x), so

        dx = dy s(x)

    Source: Dugas, Bengio, Belisle, Nadeau and Garcia (2000), section 3.
    """

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * logistic(x), {}

    return log_one_plus_exp(x), pullback


def log_one_plus_exp(x: Array) -> Array:
    """log(e^0 + e^x) without overflow, for x of any sign."""
    return np.logaddexp(x, 0)
