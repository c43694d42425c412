"""A PyTorch function as a claim: what its own autograd says, custom Functions included."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from backproof.checks.behaviour.attempts import attempt, limited, traced
from backproof.checks.claim import Claim, Context, Reference, Runs, Tensors
from backproof.checks.in_torch.behaviour import is_loss, observe_torch
from backproof.checks.in_torch.double import doubled, drawn, slopes
from backproof.checks.in_torch.run import Trial
from backproof.checks.request import COTANGENT, Asked, subject
from backproof.programs.aten import run_call
from backproof.programs.aten.arguments import take_apart
from backproof.programs.aten.call import Call
from backproof.programs.run import DrawsBySample, Run
from backproof.verdict.decisions import MOST_ELEMENTS


def torch_claim(call: Call, asked: Asked) -> Claim:
    """A function at inputs; of what is no single number the gradient under a random cotangent."""
    _refuse_unusual(call)
    tensors = call.tensors
    large = sum(t.size for t in tensors.values()) > MOST_ELEMENTS
    behaviour = observe_torch(call, asked.seconds, asked.seed, once=large)
    dys, loss = behaviour.cotangents, is_loss(behaviour.outputs)
    one = len(dys) == 1 and not loss
    return Claim(
        subject(tensors, asked, {name: t.dtype for name, t in call.leaves.items()}),
        tensors,
        {} if loss else {COTANGENT + name: dy for name, dy in dys.items()},
        {name: t.dtype for name, t in call.leaves.items()},
        behaviour,
        partial(_recorded, call, dys, asked.seconds),
        Runs(
            partial(_value, call, dys, asked.seconds),
            partial(_gradient, call, dys, asked.seconds),
            partial(_many, call, dys, asked.seconds),
            partial(_passes, call, dys, asked.seconds),
        ),
        Context(
            {**call.constants, **tensors},
            next(iter(behaviour.outputs.values())) if one else None,
            next(iter(dys.values())) if one else None,
            partial(_at_cotangent, call, tensors, next(iter(dys))) if one else None,
            partial(_gradient, call, dys, asked.seconds),
        ),
        None if asked.reference is None else _referring(asked.reference, call, dys, asked.seconds),
    )


def _refuse_unusual(call: Call) -> None:
    """Raises ValueError where a tensor is complex or sparse."""
    for name, x in zip(call.names, call.flat, strict=True):
        if isinstance(x, torch.Tensor) and (x.is_complex() or x.layout != torch.strided):
            kind = "complex" if x.is_complex() else "sparse"
            raise ValueError(f"{name} is {kind}: pass its dense, real parts instead")


def _recorded(call: Call, dys: Tensors, seconds: float, at: Tensors) -> Run:
    """A recorded run of a copy of the function at other leaves."""
    return traced(partial(run_call, call, at, dys), seconds)


def _value(call: Call, dys: Tensors, seconds: float, at: Mapping[str, Any]) -> float:
    """<y, dy> in float64, by torch itself, with the random numbers that it draws in its own."""
    with _many(call, dys, seconds) as value:
        return value(at)


@contextmanager
def _many(
    call: Call, dys: Tensors, seconds: float
) -> Iterator[Callable[[Mapping[str, Any]], float]]:
    draws = limited(lambda: drawn(call), seconds)
    if draws.by_rejection:
        raise DrawsBySample(f"aten.{draws.by_rejection} draws by rejection: no differences of it")
    with doubled(call, draws) as run:

        def value(at: Mapping[str, Any]) -> float:
            ys, _ = limited(lambda: run(at), seconds)
            return float(sum((y.detach().numpy() * dys[n]).sum() for n, y in ys.items()))

        yield value


def _gradient(call: Call, dys: Tensors, seconds: float, at: Mapping[str, Any]) -> Mapping[str, Any]:
    """The gradients in the function's own formats at other inputs."""
    point = {n: np.asarray(at[n]) for n in call.leaves}
    trial = Trial(call, call.fresh())
    found: Mapping[str, Any] = limited(lambda: trial.passes(point, dys)[1], seconds)
    return found


def _passes(
    call: Call, dys: Tensors, seconds: float, at: Tensors
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The outputs and the gradients in the function's own formats; None where it gives none."""
    trial = Trial(call, call.fresh())
    passed = attempt(lambda: trial.passes(at, dys), seconds).value
    return passed and (passed[0].outputs, passed[1])


def _at_cotangent(call: Call, tensors: Tensors, name: str, dy: Any) -> Mapping[str, Any]:
    """The gradients in floats at another cotangent of the only output."""
    return Trial(call, call.fresh()).passes(dict(tensors), {name: np.asarray(dy)})[1]


def _referring(reference: Any, call: Call, dys: Tensors, seconds: float) -> Reference:
    """The same function written in torch's own operations, under the same names."""
    other = _named_like(take_apart(reference, call.inputs()), call)

    def gradient(at: Mapping[str, Any]) -> Mapping[str, Any]:
        with doubled(other) as run:
            ys, leaves = run(at)
            seeds = [torch.from_numpy(np.array(dys[n], dtype=np.float64)) for n in ys]
            return slopes(list(ys.values()), leaves, seeds)

    runs = Runs(partial(_value, other, dys, seconds), gradient)
    return Reference(partial(_recorded, other, dys, seconds), runs)


def _named_like(other: Call, call: Call) -> Call:
    """A call of the same inputs, under the same names, and by the parameters of the same names."""
    names = {k: name for name, k in call.places.items()}
    places = {names[k]: k for k in other.places.values()}
    own = [n for n in other.leaves if n not in other.places and n in call.leaves]
    leaves = {name: call.leaves[name] for name in (*own, *places)}
    if isinstance(other.function, torch.nn.Module):
        for name, parameter in other.function.named_parameters():
            parameter.requires_grad_(name in own)
    return replace(other, names=call.names, places=places, leaves=leaves)
