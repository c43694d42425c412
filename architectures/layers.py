"""The layers: frozen data that says what a layer is, never how it is computed.

Shapes here are those of one sample, without the batch axis. The laws are stated as
mathematics; `manual` derives their backward passes, the witnesses write them in their own terms.
"""

from dataclasses import dataclass

Shape = tuple[int, ...]
Parameters = dict[str, Shape]


@dataclass(frozen=True, slots=True)
class Dense:
    """y_o = sum_i W_oi x_i + b_o, with W: (width, i) and b: (width,)."""

    width: int

    def signature(self, in_shape: Shape) -> tuple[Shape, Parameters]:
        """The output's shape and the parameters' shapes for an input of shape (i,)."""
        (i,) = in_shape
        return (self.width,), {"W": (self.width, i), "b": (self.width,)}


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A layer without parameters that maps every element on its own: y_k = f(x_k)."""

    def signature(self, in_shape: Shape) -> tuple[Shape, Parameters]:
        """The input's shape, and no parameters."""
        return in_shape, {}


@dataclass(frozen=True, slots=True)
class Identity(Elementwise):
    """f(x) = x."""


@dataclass(frozen=True, slots=True)
class Sigmoid(Elementwise):
    """f(x) = 1 / (1 + exp(-x))."""


@dataclass(frozen=True, slots=True)
class Tanh(Elementwise):
    """f(x) = tanh(x)."""


@dataclass(frozen=True, slots=True)
class ReLU(Elementwise):
    """f(x) = max(x, 0); where x = 0 the derivative is taken to be 0."""


@dataclass(frozen=True, slots=True)
class LeakyReLU(Elementwise):
    """f(x) = x where x > 0, else slope x; where x = 0 the derivative is taken to be the slope."""

    slope: float = 0.01


@dataclass(frozen=True, slots=True)
class ELU(Elementwise):
    """f(x) = x where x > 0, else alpha (exp(x) - 1) (Clevert et al. 2015, eq. 15)."""

    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class SELU(Elementwise):
    """f(x) = scale (x where x > 0, else alpha (exp(x) - 1)) (Klambauer et al. 2017, eq. 2)."""

    alpha: float = 1.6732632423543772
    scale: float = 1.0507009873554805


@dataclass(frozen=True, slots=True)
class GELU(Elementwise):
    """f(x) = x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016)."""


@dataclass(frozen=True, slots=True)
class TanhGELU(Elementwise):
    """f(x) = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the same paper's approximation."""


@dataclass(frozen=True, slots=True)
class SiLU(Elementwise):
    """f(x) = x sigmoid(x) (Elfwing et al. 2017)."""


@dataclass(frozen=True, slots=True)
class Softplus(Elementwise):
    """f(x) = log(1 + exp(x)) (Dugas et al. 2000)."""


Layer = (
    Dense
    | Identity
    | Sigmoid
    | Tanh
    | ReLU
    | LeakyReLU
    | ELU
    | SELU
    | GELU
    | TanhGELU
    | SiLU
    | Softplus
)
