"""A PyTorch function and its inputs, taken apart into named tensors, and how it is called.

Nobody's own tensors are ever handed over: a module is copied, and so is every tensor.
"""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.parameter import is_lazy
from torch.utils import _pytree as pytree

from backproof.checks import request as asked
from backproof.checks.arguments.trees import argument_names
from backproof.checks.in_torch.tensors import as_numpy, floating, handed, torch_dtype
from backproof.programs.aten.arguments import Call
from backproof.programs.run import Tensors
from backproof.verdict.finding import LOSS

Named = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class TorchCall:
    """A function at its inputs.

    flat, spec: the inputs, taken apart by torch's own pytrees; names: of all of them. places: where
    the inputs to differentiate by lie. leaves: these and before them a module's parameters, by
    name; a program that is traced of the same function has them in the same order.
    """

    function: Callable[..., Any]
    flat: tuple[Any, ...]
    spec: Any
    names: tuple[str, ...]
    places: Mapping[str, int]
    leaves: Named

    def __call__(self, function: Callable[..., Any], tensors: Named, flat: Sequence[Any]) -> Any:
        """What the function, or a copy of it, returns of tensors in the place of its leaves."""
        given = list(flat)
        for name, place in self.places.items():
            given[place] = tensors[name]
        inputs = pytree.tree_unflatten(given, self.spec)
        if not isinstance(function, torch.nn.Module):
            return function(*inputs)
        own = {name: t for name, t in tensors.items() if name not in self.places}
        buffers = {name: b.clone() for name, b in function.named_buffers()}
        renamed = {parameter_name(name): name for name, _ in function.named_parameters()}
        parameters = {renamed[name]: t for name, t in own.items()}
        return torch.func.functional_call(function, {**parameters, **buffers}, inputs)

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
        return made

    def fresh(self) -> Callable[..., Any]:
        """The function as it came: of a module a new copy."""
        return copied(self.function)

    def taken(self) -> Call:
        """The same for the front end: a copy of the function, all under the same names."""
        function = self.fresh()
        named = function.named_parameters() if isinstance(function, torch.nn.Module) else ()
        own = {parameter_name(n): p for n, p in named}
        parameters = {n: own[n] for n in self.leaves if n not in self.places}
        return Call(
            function, tuple(handed(self.flat)), self.spec, self.names, self.places, parameters
        )

    def inputs(self) -> list[Any]:
        """The inputs once more, those that are leaves marked by `requires_grad`."""
        flat = handed(self.flat)
        for place in self.places.values():
            flat[place].requires_grad_()
        return list(pytree.tree_unflatten(flat, self.spec))

    @property
    def tensors(self) -> Tensors:
        """The leaves in NumPy."""
        return {name: as_numpy(t) for name, t in self.leaves.items()}

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
        if custom is None:
            return {title(self.function): self.function}
        return {"forward": custom.forward, "backward": custom.backward}


def take_apart(
    function: Callable[..., Any], inputs: Sequence[Any], dtype: Any = None, argnums: Any = None
) -> TorchCall:
    """Find the tensors to differentiate by: a module's parameters that require a gradient, and the
    floating-point inputs: those of the positions `argnums`, or else those that require a gradient
    if any does, or else all. dtype: all floats are cast to it first.

    Raises ValueError where there is none, a tensor is complex or sparse, or a module is lazy or of
    torch.jit.
    """
    _refuse_module(function)
    function = copied(function)
    arguments = argument_names(_called(function), len(inputs))
    names, given, positions = list[str](), list[Any](), list[int]()
    for position, argument in enumerate(inputs):
        for path, x in pytree.tree_flatten_with_path(argument)[0]:
            names.append(f"{arguments[position]}{pytree.keystr(path)}")
            given.append(x)
            positions.append(position)
    _refuse_unusual(names, given)
    flat = handed(given, dtype)
    floats = [k for k, x in enumerate(flat) if floating(x)]
    asked = [k for k in floats if given[k].requires_grad]
    if argnums is not None:
        chosen = {argnums} if isinstance(argnums, int) else set(argnums)
        floats, asked = [k for k in floats if positions[k] in chosen], []
    leaves: dict[str, torch.Tensor] = {}
    if isinstance(function, torch.nn.Module):
        function = function if dtype is None else function.to(torch_dtype(dtype))
        named = function.named_parameters()
        leaves = {parameter_name(n): p.detach() for n, p in named if p.requires_grad}
    taken = {**dict.fromkeys(leaves), LOSS: None}
    names = [f"argument {name}" if name in taken else name for name in names]
    places = {names[k]: k for k in asked or floats}
    leaves |= {name: flat[k] for name, k in places.items()}
    if not places and (argnums is not None or not leaves):
        raise ValueError("nothing to differentiate by: no floating-point tensor among the inputs")
    spec = pytree.tree_structure(tuple(inputs))
    return TorchCall(function, tuple(flat), spec, tuple(names), places, leaves)


def custom_function(function: Any) -> Any:
    """The `autograd.Function` whose `apply` a function is; None of any other."""
    owner = getattr(function, "__self__", None)
    custom = isinstance(owner, type) and issubclass(owner, torch.autograd.Function)
    return owner if custom else None


def title(function: Any) -> str:
    """What a function is called."""
    return asked.title(custom_function(function) or function)


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


def _refuse_unusual(names: Sequence[str], flat: Sequence[Any]) -> None:
    for name, x in zip(names, flat, strict=True):
        if isinstance(x, torch.Tensor) and (x.is_complex() or x.layout != torch.strided):
            kind = "complex" if x.is_complex() else "sparse"
            raise ValueError(f"{name} is {kind}: pass its dense, real parts instead")


def _refuse_module(function: Any) -> None:
    if not isinstance(function, torch.nn.Module):
        return
    if isinstance(function, torch.jit.ScriptModule):
        raise ValueError(
            "a module of torch.jit takes no other parameters than its own: pass the module that it "
            "was compiled from, or `lambda x: module(x)` for the gradient by its inputs alone"
        )
    for name, p in (*function.named_parameters(), *function.named_buffers()):
        if is_lazy(p):
            raise ValueError(f"{name} is not initialised: call the lazy module once before")


def _called(function: Callable[..., Any]) -> Callable[..., Any]:
    """What has the names of the arguments in its signature."""
    custom = custom_function(function)
    if custom is None:
        return function.forward if isinstance(function, torch.nn.Module) else function
    with_context = custom.setup_context is torch.autograd.Function.setup_context
    parameters = list(inspect.signature(custom.forward).parameters.values())[with_context:]

    def named(*_: Any) -> None:
        """Only its signature is asked for."""

    named.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return named


def _plain(x: Any) -> Any:
    return as_numpy(x) if isinstance(x, torch.Tensor) else x
