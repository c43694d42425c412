"""A PyTorch function at its inputs, and how it is called.

Nobody's own tensors are ever handed over: a module is copied, and so is every tensor.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree as pytree

from backproof.programs.aten.tensors import handed, returned
from backproof.programs.run import Tensors
from backproof.programs.signature import title
from backproof.verdict.finding import LOSS

Named = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Call:
    """A function at its inputs.

    flat, spec: the inputs, taken apart by torch's own pytrees; names: of all of them. places: where
    the inputs to differentiate by lie. leaves: these and before them a module's parameters, by
    name.
    """

    function: Callable[..., Any]
    flat: tuple[Any, ...]
    spec: Any
    names: tuple[str, ...]
    places: Mapping[str, int]
    leaves: Named

    def __call__(self, function: Callable[..., Any], tensors: Named, flat: Sequence[Any]) -> Any:
        """What the function, or a copy of it, returns of tensors in the place of its leaves."""
        inputs = self.filled(tensors, flat)
        if not isinstance(function, torch.nn.Module):
            return function(*inputs)
        own = {name: t for name, t in tensors.items() if name not in self.places}
        buffers = {name: b.clone() for name, b in function.named_buffers()}
        renamed = {parameter_name(name): name for name, _ in function.named_parameters()}
        parameters = {renamed[name]: t for name, t in own.items()}
        return torch.func.functional_call(function, {**parameters, **buffers}, inputs)

    def filled(self, tensors: Named, flat: Sequence[Any]) -> tuple[Any, ...]:
        """The inputs, with tensors in the place of those to differentiate by."""
        given = list(flat)
        for name, place in self.places.items():
            given[place] = tensors[name]
        return tuple(pytree.tree_unflatten(given, self.spec))

    def entered(
        self, function: Callable[..., Any], at: Mapping[str, Any]
    ) -> dict[str, torch.Tensor]:
        """The leaves with numbers of `at`: of a module, a copy, its own parameters."""
        named = function.named_parameters() if isinstance(function, torch.nn.Module) else ()
        own = {parameter_name(name): p for name, p in named}
        made = {}
        for name, like in self.leaves.items():
            value = torch.tensor(np.array(at[name])).to(like)
            if name in self.places or name not in own:
                made[name] = value.requires_grad_()
            else:
                own[name].data.copy_(value)
                made[name] = own[name]
            made[name].grad = None
        return made

    def fresh(self) -> Callable[..., Any]:
        """The function as it came: of a module a new copy."""
        return copied(self.function)

    def inputs(self) -> list[Any]:
        """The inputs once more, those that are leaves marked by `requires_grad`."""
        flat = handed(self.flat)
        for place in self.places.values():
            flat[place].requires_grad_()
        return list(pytree.tree_unflatten(flat, self.spec))

    @property
    def tensors(self) -> Tensors:
        """The leaves in NumPy."""
        return {name: returned(t) for name, t in self.leaves.items()}

    @property
    def constants(self) -> dict[str, Any]:
        """All other inputs by name, tensors in NumPy."""
        rest = (k for k in range(len(self.flat)) if k not in set(self.places.values()))
        return {self.names[k]: _plain(self.flat[k]) for k in rest}

    @property
    def devices(self) -> list[torch.device]:
        """Where the tensors are."""
        every = (*self.leaves.values(), *(x for x in self.flat if isinstance(x, torch.Tensor)))
        return list(dict.fromkeys(t.device for t in every))

    @property
    def roots(self) -> dict[str, Any]:
        """The code by name, for whoever wants to know what it can reach."""
        custom = custom_function(self.function)
        if custom is not None:
            return {"forward": custom.forward, "backward": custom.backward}
        given = zip(self.names, self.flat, strict=True)
        modules = {name: x for name, x in given if isinstance(x, torch.nn.Module)}
        return {title(self.function): self.function, **modules}


def custom_function(function: Any) -> Any:
    """The `autograd.Function` whose `apply` a function is; None of any other."""
    owner = getattr(function, "__self__", None)
    custom = isinstance(owner, type) and issubclass(owner, torch.autograd.Function)
    return owner if custom else None


def parameter_name(name: str) -> str:
    """What a module's parameter is called among the tensors; "loss" is the loss's own name."""
    return f"parameter {name}" if name == LOSS else name


def copied(function: Callable[..., Any]) -> Callable[..., Any]:
    """A copy of a module; any other function itself. What a module remembers of an earlier call
    has a history, which no copy can have: the copy remembers the numbers alone. Raises ValueError
    where it cannot be copied.
    """
    if not isinstance(function, torch.nn.Module):
        return function
    held = (x for m in function.modules() for x in vars(m).values())
    grown = [x for x in held if isinstance(x, torch.Tensor) and not x.is_leaf]
    try:
        return copy.deepcopy(function, {id(x): x.detach().clone() for x in grown})
    except Exception as error:  # a lock, an open file
        raise ValueError(f"a module is judged by a copy of it: {error}") from error


def _plain(x: Any) -> Any:
    return returned(x) if isinstance(x, torch.Tensor) else x
