"""PyTorch functions as the oracle judges them: what their own autograd says."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from architectures import Array, Tensors
from backproof.oracle.accused import Accused, Context, Observed, is_large
from backproof.checks.request import COTANGENT, Asked, subject
from backproof.checks.behaviour.acts import PATIENCE
from backproof.checks.behaviour.passes import OUTPUT
from backproof.checks.in_torch.call import TorchCall, take_apart
from backproof.checks.in_torch.conduct import is_loss, observe_torch
from backproof.checks.in_torch.programs import TorchPrograms
from backproof.checks.in_torch.run import Trial
from reference.testimony import LOSS


def torch_function(call: TorchCall, asked: Asked) -> Accused:
    """A function at inputs; of what is no single number the gradient under a random cotangent."""
    patience = 0.0 if is_large(call.tensors) else PATIENCE
    conduct = observe_torch(call, asked.seconds, asked.seed, patience)
    dys = conduct.cotangents[0] if conduct.cotangents else {}
    loss = is_loss(conduct.outputs)
    fixed = {} if loss else {COTANGENT + name: dy for name, dy in dys.items()}
    tensors = call.tensors
    results = dict(conduct.gradients[0]) if conduct.gradients else {}
    if results:
        weighed = (y.astype(np.float64) * dys[n] for n, y in conduct.outputs.items())
        results[LOSS] = _in_dtype_of(conduct.outputs, sum(part.sum() for part in weighed))
    code = TorchPrograms(call, fixed, owing=not results)
    one = len(fixed) == 1
    return Accused(
        subject(tensors, asked),
        tensors,
        fixed,
        Observed(
            conduct.acts,
            conduct.suspicions,
            conduct.notes,
            conduct.left_out,
            results,
            conduct.seconds,
        ),
        code.traced,
        code.traced,
        code.double,
        Context(
            {**call.constants, **tensors},
            conduct.outputs[OUTPUT] if one and OUTPUT in conduct.outputs else None,
            next(iter(dys.values())) if one else None,
            partial(_at_cotangent, call, tensors, next(iter(dys))) if one else None,
            partial(_at_inputs, call, tensors, dys),
        ),
        *_referring(asked.reference, call, fixed),
        narrow="bfloat16" if torch.bfloat16 in {t.dtype for t in call.leaves.values()} else "",
    )


def _in_dtype_of(outputs: Mapping[str, Array], value: Any) -> Array:
    return np.asarray(value).astype(np.result_type(*(y.dtype for y in outputs.values())))


def _at_cotangent(call: TorchCall, tensors: Tensors, name: str, dy: Any) -> Mapping[str, Any]:
    """The gradients in floats at another cotangent of the only output."""
    return Trial(call, call.fresh()).gradients(tensors, {name: np.asarray(dy)})


def _at_inputs(call: TorchCall, tensors: Tensors, dys: Any, inputs: Any) -> Mapping[str, Any]:
    """The gradients in floats at other inputs."""
    at = {n: np.asarray(inputs[n]) for n in tensors}
    return Trial(call, call.fresh()).gradients(at, dys)


def _referring(reference: Any, call: TorchCall, fixed: Tensors) -> tuple[Any, Any]:
    """The reference in exact arithmetic and in float64, and what autograd says of it."""
    if reference is None:
        return None, None
    code = TorchPrograms(_named_like(take_apart(reference, call.inputs()), call), fixed)
    return (code.traced, code.double), code.testimony


def _named_like(other: TorchCall, call: TorchCall) -> TorchCall:
    """A call of the same inputs, under the same names, and by the parameters of the same names."""
    names = {k: name for name, k in call.places.items()}
    places = {names[k]: k for k in other.places.values()}
    own = [n for n in other.leaves if n not in other.places and n in call.leaves]
    leaves = {name: call.leaves[name] for name in (*own, *places)}
    if isinstance(other.function, torch.nn.Module):
        for name, parameter in other.function.named_parameters():
            parameter.requires_grad_(name in own)
    return replace(other, names=call.names, places=places, leaves=leaves)
