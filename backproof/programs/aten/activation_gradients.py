"""The backward operations of activations, as the sums and products that torch computes."""

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.numbers import INVERSE_SQRT2, INVERSE_SQRT_2PI, SQRT_2_BY_PI
from backproof.exact.record import Step
from backproof.programs.aten.activations import inner
from backproof.programs.aten.operations import Lowering


def gelu_backward(dy: Step, x: Step, approximate: str = "none") -> Step:
    """dy (Phi(x) + x phi(x)); by tanh: dy ((1 + T) / 2 + x (1 - T^2) u' / 2)."""
    if approximate == "tanh":
        T = e.tanh(inner(x))
        du = (1.0 + 3.0 * (0.044715 * (x * x))) * SQRT_2_BY_PI
        return dy * (0.5 * (1.0 + T) + 0.5 * x * (1.0 - T * T) * du)
    cdf = 0.5 * (1.0 + e.erf(x * INVERSE_SQRT2))
    pdf = e.exp(x * x * -0.5) * INVERSE_SQRT_2PI
    return dy * (cdf + x * pdf)


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


def softplus_backward(dy: Step, x: Step, beta: float, threshold: float) -> Step:
    """dy z / (z + 1), z = exp(beta x); dy above the threshold."""
    linear = d.greater(x * beta, threshold)
    z = e.exp(d.choose(linear, 0.0, x * beta))
    return d.choose(linear, dy, dy * z / (z + 1.0))


def silu_backward(dy: Step, x: Step) -> Step:
    """dy s (1 + x (1 - s))."""
    s = e.expit(x)
    return dy * s * (1.0 + x * (1.0 - s))


def mish_backward(dy: Step, x: Step) -> Step:
    """dy (T + x s (1 - T^2))."""
    s, T = e.expit(x), e.tanh(e.softplus(x))
    return dy * (T + x * s * (1.0 - T * T))


def log_sigmoid_backward(dy: Step, x: Step, buffer: Step) -> Step:
    """dy z / (1 + z), or dy (1 - z / (1 + z)) below 0; z = exp(-|x|)."""
    z = buffer if buffer.size else e.exp(-c.absolute(x))
    share = z / (1.0 + z)
    return dy * d.choose(d.less(x, 0.0), 1.0 - share, share)


def hardtanh_backward(dy: Step, x: Step, low: float, high: float) -> Step:
    """dy strictly between the bounds."""
    return d.choose(d.greater(x, low), d.choose(d.less(x, high), dy, 0.0), 0.0)


def hardswish_backward(dy: Step, x: Step) -> Step:
    """0 below -3, dy above 3, dy (x / 3 + 1 / 2) between."""
    middle = d.choose(d.less(x, 3.0), dy * (x / 3.0 + 0.5), dy)
    return d.choose(d.less_equal(x, -3.0), 0.0, middle)


def hardsigmoid_backward(dy: Step, x: Step) -> Step:
    """dy / 6 between -3 and 3."""
    return d.choose(d.greater(x, -3.0), d.choose(d.less(x, 3.0), dy / 6.0, 0.0), 0.0)


def leaky_relu_backward(dy: Step, x: Step, slope: float, is_result: bool = False) -> Step:
    """dy above 0, slope dy below."""
    return d.choose(d.greater(x, 0.0), dy, dy * slope)


def shrunk(dy: Step, x: Step, bound: float = 0.5) -> Step:
    """dy outside of the bounds."""
    inside = d.greater_equal(x, -bound)
    return d.choose(inside, d.choose(d.less_equal(x, bound), 0.0, dy), dy)


def prelu_backward(dy: Step, x: Step, weight: Step) -> tuple[Step, Step]:
    """By x and by the weight, before it is summed."""
    above = d.greater(x, 0.0)
    return d.choose(above, dy, dy * weight), d.choose(above, 0.0, dy * x)


def logit_backward(dy: Step, x: Step, eps: float | None = None) -> Step:
    """dy / (x (1 - x)), 0 outside of the bounds."""
    if eps is None:
        return dy / (x * (1.0 - x))
    inside = d.less_equal(x, 1 - eps)
    own = d.choose(inside, dy / (x * (1.0 - x)), 0.0)
    return d.choose(d.greater_equal(x, eps), own, 0.0)


def turned(slope: Step) -> Step:
    """The conjugate of a complex slope, by which torch multiplies."""
    return e.conjugate(slope) if slope.is_complex else slope


ACTIVATION_GRADIENTS: dict[str, Lowering] = {
    "hardshrink": lambda x, bound=0.5: shrunk(x, x, bound),
    "gelu_backward": gelu_backward,
    "elu_backward": elu_backward,
    "softplus_backward": softplus_backward,
    "silu_backward": silu_backward,
    "mish_backward": mish_backward,
    "log_sigmoid_backward": log_sigmoid_backward,
    "hardtanh_backward": hardtanh_backward,
    "hardswish_backward": hardswish_backward,
    "hardsigmoid_backward": hardsigmoid_backward,
    "leaky_relu_backward": leaky_relu_backward,
    "threshold_backward": lambda dy, x, least: d.choose(d.less_equal(x, least), 0.0, dy),
    "hardshrink_backward": shrunk,
    "softshrink_backward": shrunk,
    "_prelu_kernel_backward": prelu_backward,
    "tanh_backward": lambda dy, y: dy * turned(1.0 - y * y),
    "sigmoid_backward": lambda dy, y: dy * turned((1.0 - y) * y),
    "logit_backward": logit_backward,
}
