"""What a run may change in the author's modules and random states, and how it is put back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.parameter import is_lazy

from backproof.programs.random_state import Generators


def modules_of(function: Callable[..., Any], inputs: Sequence[Any] = ()) -> list[torch.nn.Module]:
    """The modules that a function is, is bound to, closes over, or is given."""
    cells = [c.cell_contents for c in getattr(function, "__closure__", None) or () if _full(c)]
    code = getattr(function, "__code__", None)
    known = getattr(function, "__globals__", {})
    read = [known[n] for n in code.co_names if n in known] if code is not None else []
    held = [function, getattr(function, "__self__", None), *cells, *read, *inputs]
    held += getattr(function, "args", ())
    roots = [x for x in held if isinstance(x, torch.nn.Module)]
    return list(dict.fromkeys(m for root in roots for m in root.modules()))


def _full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - asking is what raises
    except ValueError:
        return False
    return True


def _dictionaries(modules: Sequence[torch.nn.Module]) -> list[dict[str, Any]]:
    """What the modules' attributes are kept in."""
    return [d for m in modules for d in (vars(m), m._buffers, m._parameters, m._modules)]


@contextmanager
def untouched(modules: Sequence[torch.nn.Module], seed: int) -> Iterator[None]:
    """Attributes, buffers, parameters, gradients and random states are afterwards what they were;
    meanwhile torch's random numbers come from a seed.
    """
    attributes = _dictionaries(modules)
    before = [(d, dict(d)) for d in attributes]
    nested: list[tuple[Any, Any]] = [
        (x, x.copy()) for d in attributes for x in d.values() if type(x) in (list, dict, set)
    ]
    tensors = {id(t): t for m in modules for t in (*m.parameters(False), *m.buffers(False))}
    kept = [(t, t.detach().clone(), t.grad) for t in tensors.values() if not is_lazy(t)]
    default = torch.get_default_dtype()
    graded = torch.is_grad_enabled()
    with Generators().replayed(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # no other device hears of it
        try:
            yield
        finally:
            torch.set_default_dtype(default)
            torch.set_grad_enabled(graded)
            for d, content in before:
                d.clear()
                d.update(content)
            for x, content in nested:
                x.clear()
                x.extend(content) if isinstance(x, list) else x.update(content)
            for t, value, grad in kept:
                t.data.copy_(value)
                t.grad = grad


@contextmanager
def without_onednn() -> Iterator[None]:
    """With its kernels an LSTM would be one operation that nobody follows."""
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    try:
        yield
    finally:
        torch._C._set_mkldnn_enabled(before)
