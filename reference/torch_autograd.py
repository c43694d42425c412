"""The PyTorch witness: the network in torch's own terms, differentiated by torch's autograd."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, assert_never

import torch
import torch.nn.functional as F

from backproof.architectures import (
    ELU,
    GELU,
    INPUT,
    SELU,
    AbsoluteError,
    Array,
    BinaryCrossEntropy,
    Case,
    CrossEntropy,
    Dense,
    HalfSquaredError,
    Huber,
    Identity,
    Layer,
    LeakyReLU,
    Loss,
    Network,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    SquaredError,
    Tanh,
    TanhGELU,
    Tensors,
    values,
)
from backproof.reference.answer import LOSS, Answer

Named = dict[str, torch.Tensor]


def answer_to(case: Case) -> Answer:
    """The loss and every gradient of a case, in the case's dtype."""
    tensors, target = values(case)
    leaves = {name: torch.from_numpy(t).requires_grad_() for name, t in tensors.items()}
    loss = evaluate(case.network, leaves, torch.from_numpy(target))
    gradients = torch.autograd.grad(loss, list(leaves.values()), materialize_grads=True)
    named = dict(zip(leaves, (g.numpy() for g in gradients), strict=True))
    return Answer("torch", {LOSS: loss.detach().numpy(), **named})


def descend(
    network: Network, start: Tensors, batches: Iterable[tuple[Array, Array]], rate: float
) -> Iterator[Tensors]:
    """Plain gradient descent by torch.optim.SGD from `start`; the parameters after every batch."""
    leaves = {name: torch.from_numpy(t.copy()).requires_grad_() for name, t in start.items()}
    optimizer = torch.optim.SGD(leaves.values(), lr=rate)
    for x, target in batches:
        optimizer.zero_grad()
        loss = evaluate(network, {INPUT: torch.from_numpy(x), **leaves}, torch.from_numpy(target))
        torch.autograd.backward(loss)
        optimizer.step()
        yield {name: leaf.detach().numpy().copy() for name, leaf in leaves.items()}


def evaluate(network: Network, tensors: Named, target: torch.Tensor) -> torch.Tensor:
    """The network's loss; tensors are named by their gradients, as in `architectures.values`."""
    a = tensors[INPUT]
    for j, (layer, _, names) in enumerate(network.shapes()):
        a = _layer(layer, a, {name.removeprefix(f"{j}."): tensors[name] for name in names})
    return _loss(network.loss, a, target)


def _layer(layer: Layer, x: torch.Tensor, p: Named) -> torch.Tensor:
    match layer:
        case Dense():
            return F.linear(x, p["W"], p["b"])
        case Identity():
            return x
        case Sigmoid():
            return torch.sigmoid(x)
        case Tanh():
            return torch.tanh(x)
        case ReLU():
            return F.relu(x)
        case LeakyReLU(slope):
            return F.leaky_relu(x, slope)
        case ELU(alpha):
            return F.elu(x, alpha)
        case SELU(alpha, scale):
            return scale * F.elu(x, alpha)
        case GELU():  # F.gelu and special.ndtr add 1 + erf, whose digits are gone far left of 0
            return x * torch.special.erfc(-x / math.sqrt(2)) / 2
        case TanhGELU():  # F.gelu adds 1 + tanh, whose digits are gone left of 0
            return x * torch.sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x**3))
        case SiLU():
            return F.silu(x)
        case Softplus():  # F.softplus drops the logarithm above its threshold of 20
            return torch.logaddexp(x, torch.zeros_like(x))
        case unknown:
            assert_never(unknown)


def _loss(loss: Loss, z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    reduction: Any = loss.reduction
    match loss:
        case HalfSquaredError():
            return F.mse_loss(z, t, reduction=reduction) / 2
        case SquaredError():
            return F.mse_loss(z, t, reduction=reduction)
        case AbsoluteError():
            return F.l1_loss(z, t, reduction=reduction)
        case Huber(delta=delta):
            return F.huber_loss(z, t, reduction=reduction, delta=delta)
        case BinaryCrossEntropy():  # F.binary_cross_entropy_with_logits is 0 where t = 0, z << 0
            terms = -t * F.logsigmoid(z) - (1 - t) * F.logsigmoid(-z)
            return terms.sum() if reduction == "sum" else terms.mean()
        case CrossEntropy():
            return F.cross_entropy(z, t, reduction=reduction)
        case unknown:
            assert_never(unknown)
