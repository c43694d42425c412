"""Activations whose branch not taken may overflow or has a tie of torch's own, and what torch's
decompositions would write with numbers that are rounded.
"""

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.numbers import INVERSE_SQRT2, SQRT_2_BY_PI
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def gelu(x: Step, approximate: str = "none") -> Step:
    """x (1 + erf(x / sqrt 2)) / 2, or the approximation by tanh."""
    if approximate == "tanh":
        return 0.5 * x * (1.0 + e.tanh((x + 0.044715 * (x * x * x)) * SQRT_2_BY_PI))
    return x * 0.5 * (1.0 + e.erf(x * INVERSE_SQRT2))


def elu(x: Step, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> Step:
    """scale x above 0, scale alpha (exp(input_scale x) - 1) below."""
    below = c.minimum(x, x.record.constant(0.0))
    return d.choose(d.greater(x, 0.0), x * scale, e.expm1(below * input_scale) * alpha * scale)


def elu_backward(
    dy: Step, alpha: float, scale: float, input_scale: float, is_result: bool, x: Step
) -> Step:
    """By its input, or by its result."""
    if is_result:
        below = dy * input_scale * (x + alpha * scale)
    else:
        low = c.minimum(x, x.record.constant(0.0))
        below = dy * input_scale * alpha * scale * e.exp(low * input_scale)
    return d.choose(d.less_equal(x, 0.0), below, dy * scale)


def softplus(x: Step, beta: float = 1, threshold: float = 20) -> Step:
    """log(1 + exp(beta x)) / beta; x where beta x is above the threshold."""
    z = x * beta
    linear = d.greater(z, threshold)
    return d.choose(linear, x, e.log1p(e.exp(d.choose(linear, 0.0, z))) / beta)


def log_sigmoid_forward(x: Step) -> tuple[Step, Step]:
    """min(x, 0) - log(1 + exp(-|x|)), and exp(-|x|)."""
    z = e.exp(-c.absolute(x))
    return c.minimum(x, x.record.constant(0.0)) - e.log1p(z), z


def hardsigmoid(x: Step) -> Step:
    """(x + 3) / 6 between -3 and 3, flat at both."""
    below = d.choose(d.less(x, 3.0), (x + 3.0) / 6.0, 1.0)
    return d.choose(d.greater(x, -3.0), below, 0.0)


def turned(slope: Step) -> Step:
    """The conjugate of a complex slope, by which torch multiplies."""
    return e.conjugate(slope) if slope.is_complex else slope


ACTIVATIONS: dict[str, Lowering] = {
    "relu": c.relu,
    "threshold_backward": lambda dy, x, least: d.choose(d.less_equal(x, least), 0.0, dy),
    "gelu": gelu,
    "elu": elu,
    "celu": lambda x, alpha=1.0: elu(x, alpha, 1.0, 1.0 / alpha),
    "elu_backward": elu_backward,
    "softplus": softplus,
    "log_sigmoid_forward": log_sigmoid_forward,
    "hardsigmoid": hardsigmoid,
    "tanh_backward": lambda dy, y: dy * turned(1.0 - y * y),
    "sigmoid_backward": lambda dy, y: dy * turned((1.0 - y) * y),
}
