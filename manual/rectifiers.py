"""Identity, ReLU, leaky ReLU, ELU and SELU by hand: pieces that meet at 0.

Where the pieces meet with different slopes there is no derivative, and each rule says which
value between the two one-sided slopes it takes.
"""

import numpy as np

from backproof.architectures import ELU, SELU, Array, Identity, LeakyReLU, ReLU, Tensors
from backproof.manual.rules import Pullback


def identity(layer: Identity, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element

    y = x    dx = dy
    """

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy, {}

    return x, pullback


def relu(layer: ReLU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, [x > 0] is 1 where it holds, else 0

        y = x [x > 0]

    The slope is 1 right of 0 and 0 left of it; at 0 the left one is taken:

        dx = dy [x > 0]

    Source: Nair and Hinton (2010), section 2; the convention at 0 is PyTorch's and TensorFlow's.
    """
    right = x > 0

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * right, {}

    return x * right, pullback


def leaky_relu(layer: LeakyReLU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, a = slope

        y = x where x > 0, else a x

    The slope is 1 right of 0 and a left of it; at 0 the left one is taken:

        dx = dy where x > 0, else a dy

    Source: Maas, Hannun and Ng (2013), section 2.
    """
    right = x > 0

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return np.where(right, dy, layer.slope * dy), {}

    return np.where(right, x, layer.slope * x), pullback


def elu(layer: ELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, a = alpha

        y = x where x > 0, else a (e^x - 1)

    The slope is 1 right of 0 and a e^x left of it; at 0 the left one, a, is taken:

        dx = dy where x > 0, else dy a e^x

    Source: Clevert, Unterthiner and Hochreiter (2015), eq. 15 and 16.
    """
    return _exponential_unit(x, 1, layer.alpha)


def selu(layer: SELU, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x, y: (n, k), element by element, c = scale, a = alpha

        y = c x where x > 0, else c a (e^x - 1)

    The slope is c right of 0 and c a e^x left of it; at 0 the left one, c a, is taken:

        dx = c dy where x > 0, else dy c a e^x

    Source: Klambauer, Unterthiner, Mayr and Hochreiter (2017), eq. 2.
    """
    return _exponential_unit(x, layer.scale, layer.alpha)


def _exponential_unit(x: Array, c: float, a: float) -> tuple[Array, Pullback]:
    """ELU and SELU: y = c max(x, 0) + c a (e^min(x, 0) - 1), where no exponential can overflow."""
    left = np.minimum(x, 0)

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy * np.where(x > 0, c, c * a * np.exp(left)), {}

    return c * np.maximum(x, 0) + c * a * np.expm1(left), pullback
