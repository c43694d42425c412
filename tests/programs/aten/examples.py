"""Examples of operations beyond those of `arguments`: what they are called with."""

import torch
import torch.nn.functional as F

from programs.aten.draws import Example, I, R, U
from programs.aten.of_products import grouped, linear

aten = torch.ops.aten


def activations() -> dict[str, Example]:
    """Functions of torch.nn.functional whose forward and backward are operations of their own."""
    names = (
        "celu elu gelu glu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish"
        " relu relu6 rrelu selu silu softplus softshrink softsign tanhshrink"
    )
    return {
        **{name: (getattr(F, name), [2 * R(3, 4)]) for name in names.split()},
        "gelu by tanh": (lambda x: F.gelu(x, approximate="tanh"), [2 * R(6)]),
        "prelu": (F.prelu, [R(2, 3, 4), U(3)]),
        "threshold": (lambda x: F.threshold(x, 0.1, 2.0), [R(7)]),
        "softplus, steep": (lambda x: F.softplus(x, 3.0, 2.0), [2 * R(9)]),
    }


def normalised() -> dict[str, Example]:
    """Norms, softmax, attention."""
    x, mean, var = R(4, 6, 5), R(6), U(6)
    return {
        "softmax": (lambda x: x.softmax(1), [R(2, 3)]),
        "log softmax": (lambda x: x.log_softmax(0), [R(2, 3)]),
        "layer norm": (lambda x, w, b: F.layer_norm(x, (6, 5), w, b), [x, R(6, 5), R(6, 5)]),
        "batch norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [x, R(6), R(6)]),
        "evaluated": (lambda x, w: F.batch_norm(x, mean, var, w), [x, R(6)]),
        "group norm": (lambda x, w, b: F.group_norm(x, 3, w, b), [x, R(6), R(6)]),
        "instance norm": (F.instance_norm, [x]),
        "rms norm": (lambda x, w: F.rms_norm(x, (5,), w, 0.1), [x, R(5)]),
        "weight norm": (lambda v, g: torch._weight_norm(v, g, 0), [R(3, 4), R(3, 1)]),
        "attention": (
            lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
            [R(1, 2, 3, 4), R(1, 2, 3, 4), R(1, 2, 3, 4)],
        ),
        "masked attention": (
            lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m),
            [R(1, 2, 3, 4), R(1, 2, 5, 4), R(1, 2, 5, 4), R(3, 5)],
        ),
    }


def losses() -> dict[str, Example]:
    """Losses with each reduction."""
    x, t, labels, w = R(4, 3), R(4, 3), I(0, 2, 1, -100), U(3)
    found: dict[str, Example] = {}
    for how in ("none", "mean", "sum"):
        named = {"reduction": how}
        found |= {
            f"cross entropy, {how}": (
                lambda x, n=named: F.cross_entropy(x, labels, w, **n),
                [x],
            ),
            f"mse, {how}": (lambda x, t, n=named: F.mse_loss(x, t, **n), [x, t]),
            f"huber, {how}": (lambda x, t, n=named: F.huber_loss(x, t, delta=0.5, **n), [x, t]),
            f"smooth l1, {how}": (
                lambda x, t, n=named: F.smooth_l1_loss(x, t, beta=0.5, **n),
                [x, t],
            ),
            f"bce, {how}": (lambda x, t, n=named: F.binary_cross_entropy(x, t, **n), [U(6), U(6)]),
            f"logits, {how}": (
                lambda x, t, n=named: F.binary_cross_entropy_with_logits(x, t, pos_weight=w, **n),
                [x, U(4, 3)],
            ),
            f"soft margin, {how}": (
                lambda x, n=named: F.soft_margin_loss(x, torch.ones(4, 3).double(), **n),
                [x],
            ),
            f"multi margin, {how}": (
                lambda x, n=named: F.multi_margin_loss(x, I(0, 2, 1, 1), **n),
                [x],
            ),
        }
    image = I([[0, 1], [2, 0]])
    spoken = I([1, 2, 2], [3, 1, 0])
    return found | {
        "ctc": (
            lambda x: F.ctc_loss(x.log_softmax(2), spoken, I(6, 5), I(3, 2), reduction="none"),
            [R(6, 2, 4)],
        ),
        "pixels": (lambda x: F.cross_entropy(x, image), [R(1, 3, 2, 2)]),
    }


def resampled() -> dict[str, Example]:
    """Images in another size, at points of a grid, in windows."""
    x, grid = R(2, 2, 4, 5), 0.8 * (2 * U(2, 3, 3, 2) - 1)
    found: dict[str, Example] = {}
    for mode in ("nearest", "bilinear", "bicubic", "area"):
        found[f"interpolate, {mode}"] = (
            lambda x, m=mode: F.interpolate(x, (3, 7), mode=m),
            [x],
        )
    for padding in ("zeros", "border", "reflection"):
        for mode in ("bilinear", "nearest"):
            found[f"grid, {mode}, {padding}"] = (
                lambda x, g, m=mode, p=padding: F.grid_sample(x, 2.5 * g, m, p, False),
                [x, grid],
            )
    return found | {
        "unfold": (lambda x: F.unfold(x, 2, stride=2, padding=1), [x]),
        "fold": (lambda x: F.fold(x, (3, 4), 2), [R(1, 8, 6)]),
        "reflected": (lambda x: F.pad(x, (1, 2, 2, 1), mode="reflect"), [x]),
        "replicated": (lambda x: F.pad(x, (1, 2), mode="replicate"), [R(2, 2, 5)]),
        "shuffled": (lambda x: F.pixel_shuffle(x, 2), [R(1, 4, 2, 3)]),
        "lp pool": (lambda x: F.lp_pool2d(x, 2.0, 2), [U(1, 2, 4, 4)]),
    }


def further(seed: int) -> dict[str, Example]:
    """All of them, by name."""
    torch.manual_seed(seed)
    return {
        **activations(),
        **normalised(),
        **losses(),
        **resampled(),
        **linear(),
        **grouped(),
    }
