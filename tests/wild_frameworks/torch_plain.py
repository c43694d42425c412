"""Plain code under autograd: it goes wrong only by what is kept out of the graph."""

from typing import Any

import torch

from wild_frameworks import normal, twins
from wild_frameworks.torch_pointwise import tensors


def log_sum_exp(x: Any) -> Any:
    """Stable; the maximum cancels, so that it may be detached."""
    m = x.detach().amax(1, keepdim=True)
    return (torch.exp(x - m).sum(1, keepdim=True).log() + m).squeeze(1)


def log_sum_exp_half_detached(x: Any) -> Any:
    """The maximum is detached where it is subtracted, and not where it is added."""
    m = x.amax(1, keepdim=True)
    return (torch.exp(x - m.detach()).sum(1, keepdim=True).log() + m).squeeze(1)


def ridge(x: Any, w: Any, t: Any) -> Any:
    """Squared errors and a penalty."""
    return (x @ w - t).square().sum() + 0.3 * (w * w).sum()


def ridge_without_graph(x: Any, w: Any, t: Any) -> Any:
    """The penalty is computed outside of the graph."""
    with torch.no_grad():
        penalty = 0.3 * (w * w).sum()
    return (x @ w - t).square().sum() + penalty


def pooled(x: Any) -> Any:
    """Each row's mean, weighted by its own softmax."""
    return (torch.softmax(x, 1) * x).sum(1)


def pooled_by_detached_weights(x: Any) -> Any:
    """The weights are held for constants."""
    return (torch.softmax(x, 1).detach() * x).sum(1)


ROWS = normal((3, 4))

CLAIMS = [
    claim
    for name, right, wrong, cause, draw in (
        ("torch logsumexp", log_sum_exp, log_sum_exp_half_detached, "path-left-out", ROWS),
        ("torch ridge", ridge, ridge_without_graph, "regulariser", normal((5, 3), (3,), (5,))),
        ("torch pooling", pooled, pooled_by_detached_weights, "path-left-out", ROWS),
    )
    for claim in twins("check_torch", name, right, wrong, cause, tensors(draw))
]
