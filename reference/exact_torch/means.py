"""Rules for the gradients of means over n: PyTorch would take them apart with 1/n rounded, which
would stand in every gradient as the rounding of a constant.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.exact_torch.numbers import array
from reference.exact_torch.reductions import mean, summed

Parts = tuple[Any, Any, Any]
MEAN = 1
"""ATen's number of the reduction that divides by the number of elements."""


def squared_backward(dy: Any, x: Any, t: Any, reduction: int) -> Any:
    """L = (x - t)^2: dx = 2 dy (x - t)."""
    return _shared(2 * dy * (x - t), x, reduction)


def huber_backward(dy: Any, x: Any, t: Any, reduction: int, delta: float) -> Any:
    """dx = dy (x - t), where |x - t| is above delta dy delta sign(x - t)."""
    d = array(x - t)
    return _shared(dy * array(np.minimum(np.maximum(d, -delta), delta)), x, reduction)


def smooth_backward(dy: Any, x: Any, t: Any, reduction: int, beta: float) -> Any:
    """dx = dy (x - t) / beta, where |x - t| is above beta dy sign(x - t)."""
    d = array(x - t)
    if not beta:
        return _shared(dy * ((d > 0) * 1.0 - (d < 0) * 1.0), x, reduction)
    return _shared(dy * array(np.minimum(np.maximum(d, -beta), beta)) / beta, x, reduction)


def batch_norm_backward(
    dy: Any,
    x: Any,
    gamma: Any,
    running_mean: Any,
    running_var: Any,
    save_mean: Any,
    save_rstd: Any,
    train: bool,
    eps: float,
    mask: Sequence[bool],
) -> Parts:
    r"""x, dy: (N, C, ...), h = (x - m) r the normalised x, y = gamma h + beta

        dgamma = sum h dy    dbeta = sum dy    (over all axes but C)
        dx = gamma r (dy - mean dy - h mean(h dy)),  with given m and r: gamma r dy

    Source: Ioffe and Szegedy (2015), section 3.
    """
    over, one = [0, *range(2, x.ndim)], (1, -1, *[1] * (x.ndim - 2))
    if train:
        m, r = save_mean.reshape(one), save_rstd.reshape(one)
    else:
        m, r = running_mean.reshape(one), 1 / np.sqrt(running_var + eps).reshape(one)
    h = (x - m) * r
    scale = r if gamma is None else r * gamma.reshape(one)
    inner = dy - mean(dy, over, True) - h * mean(h * dy, over, True) if train else dy
    return scale * inner, summed(h * dy, over), summed(dy, over)


def group_norm_backward(
    dy: Any,
    x: Any,
    m: Any,
    r: Any,
    gamma: Any,
    N: int,
    C: int,
    image: int,
    groups: int,
    mask: Sequence[bool],
) -> Parts:
    r"""x, dy: (N, C, ...), m, r: (N, groups), h = (x - m) r the normalised x, y = gamma h + beta

        dgamma = sum h dy    dbeta = sum dy    (over all axes but C)
        dx = r (dh - mean dh - h mean(h dh))   with dh = gamma dy, means over a group

    Source: Wu and He (2018), section 3.
    """
    grouped, one = (N, groups, -1), (N, groups, 1)
    h = (x.reshape(grouped) - m.reshape(one)) * r.reshape(one)
    dy = dy.reshape(N, C, image)
    dh = (dy if gamma is None else dy * gamma.reshape(1, C, 1)).reshape(grouped)
    dx = r.reshape(one) * (dh - mean(dh, 2, True) - h * mean(h * dh, 2, True))
    return dx.reshape(x.shape), summed(h.reshape(dy.shape) * dy, [0, 2]), summed(dy, [0, 2])


def _shared(dx: Any, x: Any, reduction: int) -> Any:
    return dx / x.size if reduction == MEAN else dx


MEANS: dict[str, Any] = {
    "huber_loss_backward": huber_backward,
    "mse_loss_backward": squared_backward,
    "native_batch_norm_backward": batch_norm_backward,
    "native_group_norm_backward": group_norm_backward,
    "smooth_l1_loss_backward": smooth_backward,
}
