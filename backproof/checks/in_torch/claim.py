"""A PyTorch function as a claim: what its own autograd says, custom Functions included."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from backproof.checks.behaviour.attempts import attempt, limited, traced
from backproof.checks.behaviour.passes import OUTPUT
from backproof.checks.claim import Claim, Context, Observed, Reference, Runs, Tensors
from backproof.checks.in_torch.behaviour import is_loss, observe_torch
from backproof.checks.in_torch.call import TorchCall, take_apart
from backproof.checks.in_torch.double import doubled, drawn, slopes
from backproof.checks.in_torch.run import BY_BACKWARD, Trial
from backproof.checks.in_torch.state import kept, set_up
from backproof.checks.request import COTANGENT, Asked, subject
from backproof.programs.aten import run_call
from backproof.programs.run import CannotFollow, DrawsBySample, Run
from backproof.verdict.decisions import MOST_ELEMENTS

LOSS = "loss"


def torch_claim(call: TorchCall, asked: Asked) -> Claim:
    """A function at inputs; of what is no single number the gradient under a random cotangent."""
    tensors = call.tensors
    large = sum(t.size for t in tensors.values()) > MOST_ELEMENTS
    behaviour = observe_torch(call, asked.seconds, asked.seed, once=large)
    dys = behaviour.cotangents[0] if behaviour.cotangents else {}
    loss = is_loss(behaviour.outputs)
    one = len(dys) == 1 and not loss
    outputs = {LOSS: behaviour.outputs[OUTPUT]} if loss else dict(behaviour.outputs)
    results = dict(behaviour.gradients[0]) if behaviour.gradients else {}
    lists = (behaviour.breaches, behaviour.doubts, behaviour.notes)
    return Claim(
        subject(tensors, asked, {name: t.dtype for name, t in call.leaves.items()}),
        tensors,
        {} if loss else {COTANGENT + name: dy for name, dy in dys.items()},
        {name: t.dtype for name, t in call.leaves.items()},
        Observed(*lists, results, outputs, behaviour.seconds),
        partial(_recorded, call, dys, asked.seconds),
        Runs(
            partial(_value, call, dys, asked.seconds),
            partial(_gradient, call, dys, asked.seconds),
            partial(_many, call, dys, asked.seconds),
            partial(_passes, call, dys, asked.seconds),
        ),
        Context(
            {**call.constants, **tensors},
            behaviour.outputs[OUTPUT] if one and OUTPUT in behaviour.outputs else None,
            next(iter(dys.values())) if one else None,
            partial(_at_cotangent, call, tensors, next(iter(dys))) if one else None,
            partial(_gradient, call, dys, asked.seconds),
        ),
        None if asked.reference is None else _referring(asked.reference, call, dys, asked.seconds),
    )


def _recorded(call: TorchCall, dys: Tensors, seconds: float, at: Tensors) -> Run:
    """A recorded run of a copy of the function at other leaves.

    Where autograd.grad is refused, as by a reentrant checkpoint, `backward()` is followed.
    """
    try:
        return _followed(call, dys, seconds, at, by_backward=False)
    except CannotFollow as refusal:
        if BY_BACKWARD not in str(refusal):
            raise
    return _followed(call, dys, seconds, at, by_backward=True)


def _followed(
    call: TorchCall, dys: Tensors, seconds: float, at: Tensors, *, by_backward: bool
) -> Run:
    seeds = {_seeded(n, dys): dy for n, dy in dys.items()}

    def run() -> Run:
        with kept(call.roots), set_up(call.devices):
            leaves = {n: torch.from_numpy(np.array(at[n])).to(x) for n, x in call.leaves.items()}
            return run_call(call.taken(), leaves, cotangents=seeds, by_backward=by_backward)

    return traced(run, seconds)


def _seeded(name: str, dys: Tensors) -> str:
    """The name of an output in a record: the only number is a loss."""
    return LOSS if dys[name].shape == () and len(dys) == 1 else name


def _value(call: TorchCall, dys: Tensors, seconds: float, at: Mapping[str, Any]) -> float:
    """<y, dy> in float64, by torch itself, with the random numbers that it draws in its own."""
    with _many(call, dys, seconds) as value:
        return value(at)


@contextmanager
def _many(
    call: TorchCall, dys: Tensors, seconds: float
) -> Iterator[Callable[[Mapping[str, Any]], float]]:
    draws = limited(lambda: drawn(call), seconds)
    if draws.by_rejection:
        raise DrawsBySample(f"aten.{draws.by_rejection} draws by rejection: no differences of it")
    with doubled(call, draws) as run:

        def value(at: Mapping[str, Any]) -> float:
            ys, _ = limited(lambda: run(at), seconds)
            return float(sum((y.detach().numpy() * dys[n]).sum() for n, y in ys.items()))

        yield value


def _gradient(
    call: TorchCall, dys: Tensors, seconds: float, at: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The gradients in the function's own formats at other inputs."""
    point = {n: np.asarray(at[n]) for n in call.leaves}
    trial = Trial(call, call.fresh())
    found: Mapping[str, Any] = limited(lambda: trial.passes(point, dys)[1], seconds)
    return found


def _passes(
    call: TorchCall, dys: Tensors, seconds: float, at: Tensors
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The outputs and the gradients in the function's own formats; None where it gives none."""
    trial = Trial(call, call.fresh())
    passed = attempt(lambda: trial.passes(at, dys), seconds).value
    return passed and ({_seeded(n, dys): y for n, y in passed[0].outputs.items()}, passed[1])


def _at_cotangent(call: TorchCall, tensors: Tensors, name: str, dy: Any) -> Mapping[str, Any]:
    """The gradients in floats at another cotangent of the only output."""
    return Trial(call, call.fresh()).passes(dict(tensors), {name: np.asarray(dy)})[1]


def _referring(reference: Any, call: TorchCall, dys: Tensors, seconds: float) -> Reference:
    """The same function written in torch's own operations, under the same names."""
    other = _named_like(take_apart(reference, call.inputs()), call)

    def gradient(at: Mapping[str, Any]) -> Mapping[str, Any]:
        with doubled(other) as run:
            ys, leaves = run(at)
            seeds = [torch.from_numpy(np.array(dys[n], dtype=np.float64)) for n in ys]
            return slopes(list(ys.values()), leaves, seeds)

    runs = Runs(partial(_value, other, dys, seconds), gradient)
    return Reference(partial(_recorded, other, dys, seconds), runs)


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
