"""How torch computes a claim and its gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from wild_frameworks.driving import Driven


def driven(function: Any, inputs: Sequence[Any], seed: int, dtype: str) -> Driven:
    """The claim at its inputs; a module's parameters are leaves as well."""
    moving = [k for k, t in enumerate(inputs) if t.is_floating_point()]
    named = dict(function.named_parameters()) if isinstance(function, nn.Module) else {}
    leaves = (*(inputs[k] for k in moving), *named.values())

    def outputs(given: Sequence[torch.Tensor]) -> Any:
        own = dict(zip(moving, given, strict=False))
        at = [own.get(k, t) for k, t in enumerate(inputs)]
        if not isinstance(function, nn.Module):
            return function(*at)
        parameters = dict(zip(named, given[len(moving) :], strict=True))
        return torch.func.functional_call(function, parameters, tuple(at))

    with torch.no_grad():
        shape = outputs([leaf.detach().clone() for leaf in leaves]).shape
    cotangent = torch.from_numpy(np.random.default_rng([seed, 2]).standard_normal(shape))

    def value(given: Sequence[Any]) -> float:
        with torch.no_grad():
            return float((outputs([torch.tensor(t) for t in given]) * cotangent).sum())

    def gradient(given: Sequence[Any], scale: float = 1.0) -> list[Any]:
        at = [torch.tensor(t).requires_grad_() for t in given]
        y = outputs(at)
        found = torch.autograd.grad(y, at, scale * cotangent.to(y.dtype))
        return [g.detach().numpy() for g in found]

    return Driven(tuple(t.detach().numpy().astype(dtype) for t in leaves), value, gradient)
