"""Sigmoid, tanh, SiLU and softplus by hand: everything made of s(x) = 1 / (1 + exp(-x))."""

import numpy as np

from architectures import Array, Sigmoid, SiLU, Softplus, Tanh, Tensors
from manual.rules import Pullback


def logistic(x: Array) -> Array:
    """s(x) = e^min(x, 0) / (1 + e^-|x|): neither exponential can overflow."""
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-abs(x)))


def sigmoid(layer: Sigmoid, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = 1 / (1 + e^-x)

    dy/dx = e^-x / (1 + e^-x)^2, and e^-x / (1 + e^-x) = 1 - y, so

        dx = dy y (1 - y)

    Source: Rumelhart, Hinton and Williams (1986), eq. 2 and the text below eq. 5.
    """
    y = logistic(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * y * (1 - y), {}

    return y, pullback


def tanh(layer: Tanh, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = sinh(x) / cosh(x)

    dy/dx = (cosh^2 - sinh^2) / cosh^2 = 1 - y^2, and in factors, which loses nothing near |y| = 1,

        dx = dy (1 - y) (1 + y)

    Source: LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998), section 4.4.
    """
    y = np.tanh(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * (1 - y) * (1 + y), {}

    return y, pullback


def silu(layer: SiLU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, s = 1 / (1 + e^-x)

        y = x s

    By the product rule dy/dx = s + x ds/dx with ds/dx = s (1 - s), so

        dx = dy s (1 + x (1 - s))

    Source: Elfwing, Uchibe and Doya (2017), eq. 5 and 6.
    """
    s = logistic(x)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * s * (1 + x * (1 - s)), {}

    return x * s, pullback


def softplus(layer: Softplus, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

        y = log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)

    dy/dx = e^x / (1 + e^x) = s(x), so

        dx = dy s(x)

    Source: Dugas, Bengio, Belisle, Nadeau and Garcia (2000), section 3.
    """

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * logistic(x), {}

    return log_one_plus_exp(x), pullback


def log_one_plus_exp(x: Array) -> Array:
    """log(1 + e^x) without overflow, for x of any sign."""
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))
