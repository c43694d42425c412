"""A function's arguments and results as named tensors."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.parameter import is_lazy
from torch.utils import _pytree as pytree

from backproof.programs.aten.tensors import floating

LOSS, OUTPUT = "loss", "y"


@dataclass(frozen=True, slots=True)
class Call:
    """A function at its inputs, taken apart by torch's own pytrees.

    names: of all leaves of the inputs. places: where those to differentiate by lie. parameters: of
    a module, those that require a gradient, by name.
    """

    function: Callable[..., Any]
    flat: tuple[Any, ...]
    spec: Any
    names: tuple[str, ...]
    places: Mapping[str, int]
    parameters: Mapping[str, torch.Tensor]

    def point(self) -> dict[str, torch.Tensor]:
        """Copies of the tensors to differentiate by, parameters first."""
        own = {name: p.detach().clone() for name, p in self.parameters.items()}
        return own | {name: self.flat[k].detach().clone() for name, k in self.places.items()}


def take_apart(
    function: Callable[..., Any], inputs: Sequence[Any], argnums: Sequence[int] | None = None
) -> Call:
    """Find the tensors to differentiate by: a module's parameters that require a gradient, and the
    floating inputs: those at `argnums`, or else those that require a gradient if any does, or all.

    Raises ValueError where a module is lazy, or there is nothing to differentiate by.
    """
    arguments = _argument_names(_called(function), len(inputs))
    names, given, positions = list[str](), list[Any](), list[int]()
    for position, argument in enumerate(inputs):
        for path, x in pytree.tree_flatten_with_path(argument)[0]:
            names.append(f"{arguments[position]}{pytree.keystr(path)}")
            given.append(x)
            positions.append(position)
    floats = [k for k, x in enumerate(given) if floating(x)]
    asked = [k for k in floats if given[k].requires_grad]
    if argnums is not None:
        floats, asked = [k for k in floats if positions[k] in set(argnums)], []
    parameters = _parameters(function)
    taken = {*parameters, LOSS}
    names = [f"argument {name}" if name in taken else name for name in names]
    places = {names[k]: k for k in asked or floats}
    if not places and not parameters:
        raise ValueError("nothing to differentiate by: no floating-point tensor among the inputs")
    spec = pytree.tree_structure(tuple(inputs))
    return Call(function, tuple(given), spec, tuple(names), places, parameters)


def _parameters(function: Any) -> dict[str, torch.Tensor]:
    if not isinstance(function, torch.nn.Module):
        return {}
    found: dict[str, torch.Tensor] = {}
    for name, p in function.named_parameters():
        if is_lazy(p):
            raise ValueError(f"{name} is not initialised: call the lazy module once before")
        if p.requires_grad:
            found[f"parameter {name}" if name == LOSS else name] = p
    return found


def _called(function: Any) -> Any:
    """What has the names of the arguments in its signature."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, type) and issubclass(owner, torch.autograd.Function):
        return owner.forward
    return function.forward if isinstance(function, torch.nn.Module) else function


def _argument_names(function: Any, count: int) -> list[str]:
    """The names of positional arguments, "args[2]" where they have none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    owner = getattr(function, "__qualname__", "")
    if parameters and parameters[0].name == "ctx" and owner.endswith(".forward"):
        parameters = parameters[1:]
    plain = [p.name for p in parameters if p.kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
    rest = next((p.name for p in parameters if p.kind == inspect.Parameter.VAR_POSITIONAL), "args")
    return [plain[k] if k < len(plain) else f"{rest}[{k - len(plain)}]" for k in range(count)]


def outputs(result: Any) -> dict[str, torch.Tensor]:
    """The floating tensors of a result by name, a complex one as two; one number alone is the loss.

    Raises TypeError where there is none.
    """
    found: dict[str, torch.Tensor] = {}
    for path, y in pytree.tree_flatten_with_path(result)[0]:
        name = f"{OUTPUT}{pytree.keystr(path)}"
        if floating(y) and y.is_complex():
            found |= {f"{name}.real": y.real, f"{name}.imag": y.imag}
        elif floating(y):
            found[name] = y
    if not found:
        raise TypeError(f"expected a floating-point tensor, or several; came {type(result)}")
    only = list(found) == [OUTPUT] and found[OUTPUT].shape == ()
    return {LOSS: found[OUTPUT]} if only else found
