"""One recorded run of a PyTorch function and of its own backward pass."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import _engine_run_backward
from torch.utils import _pytree as pytree

from backproof.exact.place import Escape
from backproof.exact.primitives.samples import sample
from backproof.exact.record import Step
from backproof.programs.aten.arguments import LOSS, Call, outputs, take_apart
from backproof.programs.aten.draws import APPROXIMATE
from backproof.programs.aten.escapes import Escapes
from backproof.programs.aten.memory import Memory
from backproof.programs.aten.state import modules_of, untouched, without_onednn
from backproof.programs.aten.tensors import numbers, precision, returned
from backproof.programs.aten.tracing import Tracer
from backproof.programs.run import CannotFollow, Run

Tensors = Mapping[str, torch.Tensor]


def run_function(
    function: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    at: Tensors | None = None,
    argnums: Sequence[int] | None = None,
    modules: Sequence[torch.nn.Module] = (),
    cotangents: Mapping[str, Any] | None = None,
    seed: int = 0,
    by_backward: bool = False,
) -> Run:
    """Record a function at inputs, forward and backward.

    at: by name other values of the tensors to differentiate by. modules: whose state the function
    changes, besides those that it is or closes over. cotangents: by the names of outputs, arrays;
    else they are random; a loss has the cotangent 1. seed: of random numbers and cotangents.
    by_backward: by `backward()`, for code that refuses `autograd.grad`.

    Raises CannotFollow where an output depends on what has no exact rule, ValueError where there is
    nothing to differentiate by, and what the function raises.
    """
    call = take_apart(function, inputs, argnums)
    return run_call(call, at, modules, cotangents, seed, by_backward)


def run_call(
    call: Call,
    at: Tensors | None = None,
    modules: Sequence[torch.nn.Module] = (),
    cotangents: Mapping[str, Any] | None = None,
    seed: int = 0,
    by_backward: bool = False,
) -> Run:
    """The same of a function that has been taken apart."""
    held = [*modules_of(call.function, call.flat), *modules]
    with untouched(held, seed), torch.inference_mode(False), torch.enable_grad():
        return _recorded(call, {**call.point(), **(at or {})}, cotangents, seed, by_backward)


def _recorded(
    call: Call, point: Tensors, asked: Mapping[str, Any] | None, seed: int, by_backward: bool
) -> Run:
    tracer = Tracer(_called.__code__)
    leaves = _leaves(call, point)
    flat = list(call.flat)
    for name, k in call.places.items():
        flat[k] = leaves[name]
    flat = [_copied(x, k in call.places.values()) for k, x in enumerate(flat)]
    inputs = {n: tracer.record.input(n, numbers(x), precision(x)) for n, x in leaves.items()}
    for name, x in leaves.items():
        tracer.memory.write(x, inputs[name])
    try:
        with without_onednn():
            ys = _differentiable(_called(tracer, lambda: _forward(call, flat)))
            seeds = _cotangents(ys, asked, seed)
            given = {n: _constant(tracer, dy) for n, dy in seeds.items()}
            cotangents = {} if list(ys) == [LOSS] else given
            made, returns = _passed(tracer, ys, seeds, leaves, by_backward)
    finally:
        for generator, state in tracer.drawn.items():
            generator.set_state(state)
    for y in made.values():
        if isinstance(y, str):
            raise CannotFollow(y)
    claimed = {n: _claimed(tracer, n, x) for n, x in returns.items()}
    arrays = {n: None if x is None else returned(x) for n, x in returns.items()}
    steps = {n: y for n, y in made.items() if isinstance(y, Step)}
    drawn = any(s.primitive is sample for s in tracer.record.steps)
    why = APPROXIMATE if drawn else ""
    return Run(tracer.record, inputs, steps, cotangents, claimed, arrays, approximate=why)


def _leaves(call: Call, point: Tensors) -> dict[str, torch.Tensor]:
    """The author's own parameters, at the point, and copies of inputs; all require a gradient."""
    found: dict[str, torch.Tensor] = {}
    for name, p in call.parameters.items():
        p.data.copy_(point[name])
        p.grad = None
        found[name] = p
    for name in call.places:
        found[name] = point[name].detach().clone().requires_grad_()
    return found


def _copied(x: Any, is_leaf: bool) -> Any:
    return x.detach().clone() if isinstance(x, torch.Tensor) and not is_leaf else x


def _forward(call: Call, flat: Sequence[Any]) -> dict[str, torch.Tensor]:
    result = call.function(*pytree.tree_unflatten(list(flat), call.spec))
    return outputs(result)


def _differentiable(ys: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The outputs that have a gradient, if any has."""
    return {n: y for n, y in ys.items() if y.requires_grad} or ys


def _called(tracer: Tracer, thunk: Callable[[], Any]) -> Any:
    """Run somebody's code under the modes; its frames are those above this one."""
    with Escapes(tracer.memory), tracer:
        return thunk()


def _cotangents(ys: Tensors, given: Mapping[str, Any] | None, seed: int) -> dict[str, torch.Tensor]:
    """Random ones in the dtypes of the outputs; 1 for a loss."""
    if list(ys) == [LOSS]:
        return {LOSS: torch.ones_like(ys[LOSS])}
    if given is not None:
        return {n: torch.from_numpy(np.array(given[n])).to(y) for n, y in ys.items()}
    source = torch.Generator().manual_seed(seed + 1)
    return {
        n: torch.randn(y.shape, generator=source, dtype=torch.float64).to(y.dtype)
        for n, y in ys.items()
    }


def _passed(
    tracer: Tracer, ys: Tensors, seeds: Tensors, leaves: Tensors, by_backward: bool
) -> tuple[dict[str, Step | str], dict[str, torch.Tensor | None]]:
    """The outputs' steps, taken before a backward pass can overwrite them, and the gradients."""
    made = {n: _step_or_why(tracer.memory, y) for n, y in ys.items()}
    tracer.dependent |= {tracer.memory.read(dy).number for dy in seeds.values()}
    ways = [n for n, y in ys.items() if y.requires_grad]
    results, dys = tuple(ys[n] for n in ways), tuple(seeds[n] for n in ways)
    every = tuple(leaves.values())
    if not ways:
        return made, dict.fromkeys(leaves)
    if by_backward:
        _called(tracer, lambda: torch.autograd.backward(results, dys))
        found: Sequence[Any] = [x.grad for x in every]
    else:
        found = _called(
            tracer,
            # within autograd.grad the mode that sees `numpy()` would be off
            lambda: _engine_run_backward(
                results, dys, False, False, every, True, accumulate_grad=False
            ),
        )
        found = [_added(tracer, g, x.grad) for g, x in zip(found, every, strict=True)]
    return made, dict(zip(leaves, found, strict=True))


def _added(tracer: Tracer, g: Any, accumulated: Any) -> Any:
    """A gradient, and what the backward pass has added to `.grad` itself."""
    if g is None or accumulated is None:
        return accumulated if g is None else g
    return _called(tracer, lambda: g + accumulated)


def _constant(tracer: Tracer, x: torch.Tensor) -> Step:
    """A step of its own for a tensor's numbers, however they lie on its storage."""
    step = tracer.record.constant(numbers(x), precision(x))
    tracer.memory.write(x, step)
    return step


def _step_or_why(memory: Memory, x: torch.Tensor) -> Step | str:
    try:
        return memory.read(x)
    except CannotFollow as reason:
        return str(reason)


def _claimed(tracer: Tracer, name: str, x: torch.Tensor | None) -> Step | None:
    """The step of a gradient; None where autograd has none or it was not followed."""
    if x is None:
        return None
    step = _step_or_why(tracer.memory, x)
    if isinstance(step, Step):
        return step
    tracer.record.escapes.append(Escape(f"the gradient by {name}: {step}"))
    return None
