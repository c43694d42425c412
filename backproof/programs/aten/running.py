"""One recorded run of a PyTorch function and of its own backward pass."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import _engine_run_backward

from backproof.exact.place import Escape
from backproof.exact.primitives.samples import sample
from backproof.exact.record import Step
from backproof.programs.aten.arguments import outputs, take_apart
from backproof.programs.aten.call import Call, Named
from backproof.programs.aten.draws import APPROXIMATE
from backproof.programs.aten.escapes import Escapes
from backproof.programs.aten.memory import Memory
from backproof.programs.aten.state import kept, seed_all, set_up, without_onednn
from backproof.programs.aten.tensors import handed, numbers, precision, returned
from backproof.programs.aten.tracing import Tracer
from backproof.programs.run import CannotFollow, Run, Tensors
from backproof.verdict.finding import LOSS

BY_BACKWARD = ".grad()"
"""What is refused where gradients come by `backward()` alone: by torch's reentrant checkpoint, by
reversible layers of others.
"""


def run_function(
    function: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    at: Tensors | None = None,
    argnums: Sequence[int] | None = None,
    cotangents: Tensors | None = None,
    seed: int = 0,
) -> Run:
    """Record a function at inputs, forward and backward.

    at: by name other values of the tensors to differentiate by. cotangents: by the names of
    outputs; else they are random; a loss has the cotangent 1. seed: of random numbers and
    cotangents.

    Raises CannotFollow where an output depends on what has no exact rule, ValueError where there is
    nothing to differentiate by, and what the function raises.
    """
    call = take_apart(function, inputs, argnums=argnums)
    return run_call(call, {**call.tensors, **(at or {})}, cotangents, seed)


def run_call(call: Call, at: Tensors, cotangents: Tensors | None = None, seed: int = 0) -> Run:
    """The same of a function that has been taken apart."""
    try:
        return _recorded(call, at, cotangents, seed, by_backward=False)
    except RuntimeError as refusal:
        if BY_BACKWARD not in str(refusal):
            raise
    return _recorded(call, at, cotangents, seed, by_backward=True)


def _recorded(
    call: Call, at: Tensors, asked: Tensors | None, seed: int, *, by_backward: bool
) -> Run:
    with kept(call.roots), set_up(call.devices):
        seed_all(seed, [])
        return _followed(call, at, asked, seed, by_backward)


def _followed(call: Call, at: Tensors, asked: Tensors | None, seed: int, by_backward: bool) -> Run:
    tracer, function = Tracer(_called.__code__), call.fresh()
    leaves = call.entered(function, at)
    entered = call.filled(leaves, handed(call.flat))
    inputs = {n: tracer.record.input(n, numbers(x), precision(x)) for n, x in leaves.items()}
    for name, x in leaves.items():
        tracer.memory.write(x, inputs[name])
    try:
        with without_onednn():
            ys = _differentiable(_called(tracer, lambda: outputs(function(*entered))))
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


def _differentiable(ys: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The outputs that have a gradient, if any has."""
    return {n: y for n, y in ys.items() if y.requires_grad} or ys


def _called(tracer: Tracer, thunk: Callable[[], Any]) -> Any:
    """Run somebody's code under the modes; its frames are those above this one."""
    with Escapes(tracer.memory), tracer:
        return thunk()


def _cotangents(ys: Named, given: Tensors | None, seed: int) -> dict[str, torch.Tensor]:
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
    tracer: Tracer, ys: Named, seeds: Named, leaves: Named, by_backward: bool
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
