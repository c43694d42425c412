"""What a run may change of the author's: objects, random states, torch's own; and is put back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from backproof.programs.reach import reach
from backproof.programs.state import State


@contextmanager
def kept(roots: Mapping[str, Any]) -> Iterator[None]:
    """Put back at the end all that code can reach: tensors, their gradients, a module's parts, and
    whatever `State` holds.
    """
    reached = reach(roots)
    things = [t for _, t in reached.things if not isinstance(t, type | ModuleType)]
    modules = [m for t in things if isinstance(t, torch.nn.Module) for m in t.modules()]
    objects = [*modules, *(t for t in things if _has_attributes(t))]
    attributes = [d for thing in objects for d in _dictionaries(thing)]
    values = (x for d in attributes for x in d.values())
    tensors = {id(x): x for x in (*things, *values) if _numbers(x)}.values()
    before = [(d, dict(d)) for d in attributes]
    numbers = [(t, t.detach().clone(), t.grad if t.is_leaf else None) for t in tensors]
    slopes = [(g, g.detach().clone()) for _, _, g in numbers if g is not None]
    with State(reached):
        try:
            yield
        finally:
            for d, content in before:
                d.clear()
                d.update(content)
            with torch.no_grad():
                for t, value in (*((t, v) for t, v, _ in numbers), *slopes):
                    if not _equal(t, value):
                        t.copy_(value)
            for t, _, g in numbers:
                if t.is_leaf and t.grad is not g:
                    t.grad = g


@contextmanager
def set_up(devices: Sequence[torch.device]) -> Iterator[None]:
    """Gradients are recorded; torch's random states and default dtype are put back at the end."""
    indices = [d.index for d in devices if d.type == "cuda"]
    with ExitStack() as stack:
        stack.callback(torch.set_default_dtype, torch.get_default_dtype())
        stack.enter_context(torch.random.fork_rng(indices))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        yield


def seed_all(seed: int, devices: Sequence[torch.device]) -> None:
    """Seed torch's own generators of these devices; no other device hears of it."""
    torch.default_generator.manual_seed(seed)
    for device in devices:
        if device.type == "cuda":
            torch.cuda.default_generators[device.index or 0].manual_seed(seed)


@contextmanager
def without_onednn() -> Iterator[None]:
    """With its kernels an LSTM would be one operation that nobody follows."""
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    try:
        yield
    finally:
        torch._C._set_mkldnn_enabled(before)


def _numbers(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and not is_lazy(x)


def _equal(t: torch.Tensor, value: torch.Tensor) -> bool:
    if t.layout == torch.strided:
        return torch.equal(t, value)
    return torch.equal(t.to_dense(), value.to_dense())


def _has_attributes(thing: Any) -> bool:
    mine = type(thing).__module__.partition(".")[0] not in ("builtins", "torch", "numpy")
    own = getattr(thing, "__dict__", None)  # no dict is that of a class, which an alias shows
    return mine and not isinstance(thing, torch.nn.Module) and isinstance(own, dict)


def _dictionaries(thing: Any) -> list[dict[str, Any]]:
    """What an object's attributes are kept in: a module's parameters, buffers and parts apart, but
    for a compiled module, where these are no dictionaries.
    """
    own = vars(thing)
    apart = ("_parameters", "_buffers", "_modules") if isinstance(thing, torch.nn.Module) else ()
    return [d for d in (own, *map(own.get, apart)) if isinstance(d, dict)]
