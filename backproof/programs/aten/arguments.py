"""A function's arguments and results as named tensors."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.parameter import is_lazy
from torch.utils import _pytree as pytree

from backproof.programs.aten.call import Call, copied, custom_function, parameter_name
from backproof.programs.aten.tensors import floating, handed, torch_dtype
from backproof.programs.nodes import WrongStructure, outline
from backproof.programs.signature import argument_names
from backproof.verdict.finding import LOSS, OUTPUT


def take_apart(
    function: Callable[..., Any], inputs: Sequence[Any], dtype: Any = None, argnums: Any = None
) -> Call:
    """Find the tensors to differentiate by: a module's parameters that require a gradient, and the
    floating-point inputs: those of the positions `argnums`, or else those that require a gradient
    if any does, or else all. dtype: all floats are cast to it first.

    Raises ValueError where there is none, or a module is lazy or of torch.jit.
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
    return Call(function, tuple(flat), spec, tuple(names), places, leaves)


def outputs(result: Any) -> dict[str, torch.Tensor]:
    """The floating tensors of a result by name, a complex one as two; one number alone is the loss.

    Raises `WrongStructure` where there is none.
    """
    found: dict[str, torch.Tensor] = {}
    for path, y in pytree.tree_flatten_with_path(result)[0]:
        name = f"{OUTPUT}{pytree.keystr(path)}"
        if floating(y) and y.is_complex():
            found |= {f"{name}.real": y.real, f"{name}.imag": y.imag}
        elif floating(y):
            found[name] = y
    if not found:
        came = f"a tensor of {result.dtype}" if torch.is_tensor(result) else outline(result)
        raise WrongStructure(f"expected a floating-point tensor, or several; came {came}")
    only = list(found) == [OUTPUT] and found[OUTPUT].shape == ()
    return {LOSS: found[OUTPUT]} if only else found


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
