"""Normalisations with their statistics, softmax, and their backward operations."""

from collections.abc import Sequence
from typing import Any

from backproof.exact import composites as c
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.reductions import reshaped, summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering

Sizes = Sequence[int]
Mask = Sequence[bool]


def asked(mask: Mask, *parts: Any) -> tuple[Step, ...]:
    """The gradients that are wanted; each is given as a function, and made only then."""
    return tuple(part() for part, wanted in zip(parts, mask, strict=True) if wanted)


def affine(x: Step, weight: Step | None, bias: Step | None) -> Step:
    """x weight + bias, either of which may be left out."""
    scaled = x if weight is None else x * weight
    return scaled if bias is None else scaled + bias


def layer_norm(
    x: Step, shape: Sizes, weight: Step | None, bias: Step | None, eps: float
) -> tuple[Step, Step, Step]:
    """y, mean and 1 / deviation over the last axes."""
    axes = list(range(x.ndim - len(shape), x.ndim))
    mean = c.mean(x, axes, keepdims=True)
    rstd = e.rsqrt(c.mean(e.square(x - mean), axes, keepdims=True) + eps)
    return affine((x - mean) * rstd, weight, bias), mean, rstd


def layer_norm_backward(
    dy: Step,
    x: Step,
    shape: Sizes,
    mean: Step,
    rstd: Step,
    weight: Step | None,
    bias: Step | None,
    mask: Mask,
) -> tuple[Step, ...]:
    """dx = rstd (g - mean(g) - z mean(g z)), g = dy weight, z = (x - mean) rstd."""
    axes = list(range(x.ndim - len(shape), x.ndim))
    lead = list(range(x.ndim - len(shape)))
    z = (x - mean) * rstd
    g = dy if weight is None else dy * weight

    def by_x() -> Step:
        return rstd * (g - c.mean(g, axes, True) - z * c.mean(g * z, axes, True))

    return asked(mask, by_x, lambda: summed(dy * z, lead), lambda: summed(dy, lead))


def channels(x: Step | None, ndim: int) -> Any:
    """One number for every channel, beside an image."""
    return None if x is None else reshaped(x, (1, x.size, *[1] * (ndim - 2)))


def group_norm(
    x: Step,
    weight: Step | None,
    bias: Step | None,
    n: int,
    width: int,
    rest: int,
    groups: int,
    eps: float,
) -> tuple[Step, Step, Step]:
    """y, mean and 1 / deviation of every group of channels."""
    X = reshaped(x, (n, groups, width * rest // groups))
    mean = c.mean(X, -1, keepdims=True)
    rstd = e.rsqrt(c.mean(e.square(X - mean), -1, keepdims=True) + eps)
    z = reshaped((X - mean) * rstd, x.shape)
    y = affine(z, channels(weight, x.ndim), channels(bias, x.ndim))
    return y, reshaped(mean, (n, groups)), reshaped(rstd, (n, groups))


def group_norm_backward(
    dy: Step,
    x: Step,
    mean: Step,
    rstd: Step,
    weight: Step | None,
    n: int,
    width: int,
    rest: int,
    groups: int,
    mask: Mask,
) -> tuple[Step, ...]:
    """As that of a layer norm, by groups."""
    shape = (n, groups, width * rest // groups)
    m, s = (reshaped(v, (n, groups, 1)) for v in (mean, rstd))
    z = (reshaped(x, shape) - m) * s
    w = channels(weight, x.ndim)
    g = reshaped(dy if w is None else dy * w, shape)
    axes = [k for k in range(x.ndim) if k != 1]

    def by_x() -> Step:
        inner = g - c.mean(g, -1, True) - z * c.mean(g * z, -1, True)
        return reshaped(inner * s, x.shape)

    return asked(
        mask, by_x, lambda: summed(dy * reshaped(z, x.shape), axes), lambda: summed(dy, axes)
    )


def rms_norm(
    x: Step, shape: Sizes, weight: Step | None, eps: float | None = None
) -> tuple[Step, Step]:
    """x weight / sqrt(mean(x^2) + eps), and that root's inverse."""
    axes = list(range(x.ndim - len(shape), x.ndim))
    least = eps if eps is not None else float(2 * (x.precision.u if x.precision else 2.0**-53))
    rstd = e.rsqrt(c.mean(e.square(x), axes, keepdims=True) + least)
    return affine(x * rstd, weight, None), rstd


def rms_norm_backward(
    dy: Step, x: Step, shape: Sizes, rstd: Step, weight: Step | None, mask: Mask
) -> tuple[Step, ...]:
    """dx = rstd (g - z mean(g z)), z = x rstd."""
    axes, z = list(range(x.ndim - len(shape), x.ndim)), x * rstd
    g = dy if weight is None else dy * weight
    lead = list(range(x.ndim - len(shape)))
    return asked(
        mask, lambda: rstd * (g - z * c.mean(g * z, axes, True)), lambda: summed(dy * z, lead)
    )


def weight_norm(v: Step, g: Step, dim: int = 0) -> tuple[Step, Step]:
    """g v / |v|, and the norms."""
    axes = [k for k in range(v.ndim) if k != dim % v.ndim]
    norms = reshaped(c.norm(v, axes, keepdims=True), g.shape)
    return v * (g / norms), norms


def weight_norm_backward(dw: Step, v: Step, g: Step, norms: Step, dim: int) -> tuple[Step, Step]:
    """dv = g / n (dw - v sum(dw v) / n^2), dg = sum(dw v) / n."""
    axes = [k for k in range(v.ndim) if k != dim % v.ndim]
    along = summed(dw * v, axes, keepdims=True)
    return g / norms * (dw - v * (along / (norms * norms))), along / norms


NORMS: dict[str, Lowering] = {
    "native_layer_norm": layer_norm,
    "native_layer_norm_backward": layer_norm_backward,
    "native_group_norm": group_norm,
    "native_group_norm_backward": group_norm_backward,
    "_fused_rms_norm": rms_norm,
    "_fused_rms_norm_backward": rms_norm_backward,
    "_weight_norm_interface": weight_norm,
    "_weight_norm_interface_backward": weight_norm_backward,
}
