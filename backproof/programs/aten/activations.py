"""Activations and their backward operations, as the sums and products that torch computes."""

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.numbers import INVERSE_SQRT2, SQRT_2_BY_PI
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def gelu(x: Step, approximate: str = "none") -> Step:
    """x (1 + erf(x / sqrt 2)) / 2, or the approximation by tanh."""
    if approximate == "tanh":
        return 0.5 * x * (1.0 + e.tanh(inner(x)))
    return x * 0.5 * (1.0 + e.erf(x * INVERSE_SQRT2))


def inner(x: Step) -> Step:
    """What the approximation takes the tanh of."""
    return (x + 0.044715 * (x * x * x)) * SQRT_2_BY_PI


def elu(x: Step, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> Step:
    """scale x above 0, scale alpha (exp(input_scale x) - 1) below."""
    below = c.minimum(x, x.record.constant(0.0))
    return d.choose(d.greater(x, 0.0), x * scale, e.expm1(below * input_scale) * alpha * scale)


def softplus(x: Step, beta: float = 1, threshold: float = 20) -> Step:
    """log(1 + exp(beta x)) / beta; x where beta x is above the threshold."""
    z = x * beta
    linear = d.greater(z, threshold)
    return d.choose(linear, x, e.log1p(e.exp(d.choose(linear, 0.0, z))) / beta)


def mish(x: Step) -> Step:
    """x tanh(log(1 + exp x))."""
    return x * e.tanh(e.softplus(x))


def log_sigmoid_forward(x: Step) -> tuple[Step, Step | None]:
    """min(x, 0) - log(1 + exp(-|x|)), and exp(-|x|)."""
    z = e.exp(-c.absolute(x))
    return c.minimum(x, x.record.constant(0.0)) - e.log1p(z), z


def hardtanh(x: Step, low: float = -1, high: float = 1) -> Step:
    """x between two bounds."""
    return c.clip(x, low, high)


def hardswish(x: Step) -> Step:
    """x min(max(x + 3, 0), 6) / 6."""
    return x * c.clip(x + 3.0, 0.0, 6.0) / 6.0


def hardsigmoid(x: Step) -> Step:
    """min(max(x + 3, 0), 6) / 6."""
    return c.clip(x + 3.0, 0.0, 6.0) / 6.0


def leaky_relu(x: Step, slope: float = 0.01) -> Step:
    """x above 0, slope x below."""
    return d.choose(d.greater(x, 0.0), x, x * slope)


def threshold(x: Step, least: float, value: float) -> Step:
    """x above a number, a value elsewhere."""
    return d.choose(d.less_equal(x, least), value, x)


def softshrink(x: Step, bound: float = 0.5) -> Step:
    """x nearer to 0 by a bound, 0 within it."""
    low = d.choose(d.less(x, -bound), x + bound, 0.0)
    return d.choose(d.greater(x, bound), x - bound, low)


def prelu(x: Step, weight: Step) -> Step:
    """x above 0, weight x below."""
    return d.choose(d.greater(x, 0.0), x, x * weight)


ACTIVATIONS: dict[str, Lowering] = {
    "relu": c.relu,
    "relu6": lambda x: c.clip(x, 0.0, 6.0),
    "gelu": gelu,
    "elu": elu,
    "celu": lambda x, alpha=1.0: elu(x, alpha, 1.0, 1.0 / alpha),
    "softplus": softplus,
    "silu": lambda x: x * e.expit(x),
    "mish": mish,
    "log_sigmoid": lambda x: log_sigmoid_forward(x)[0],
    "log_sigmoid_forward": log_sigmoid_forward,
    "hardtanh": hardtanh,
    "hardswish": hardswish,
    "hardsigmoid": hardsigmoid,
    "leaky_relu": leaky_relu,
    "threshold": threshold,
    "softshrink": softshrink,
    "_prelu_kernel": prelu,
}
