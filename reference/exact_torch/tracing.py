"""From a PyTorch function to a program: the function is run once, with its own backward pass where
that is asked for, and every ATen operation is written down. The function, its module and the random
state are left as they were.
"""

import copy
import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils import _pytree as pytree

from architectures import Array
from reference.exact.arithmetic import CannotFollow
from reference.exact_torch.decompositions import decompositions
from reference.exact_torch.modes import InDouble
from reference.exact_torch.program import Program
from reference.exact_torch.reading import read


def trace(function: Any, *inputs: Any, seed: int = 0) -> Program:
    """The function's forward pass as a program.

    function: a torch.nn.Module or any callable. inputs: tensors, or anything that they lie in, on
    which it is called; integers, truth values and what is no tensor are constants of the program.
    seed: of the random numbers, which are drawn once. The leaves are a module's parameters that
    require a gradient, by their names, and the floating-point inputs: those that require a gradient
    if any does, else all; they are named by the function's own argument names and the path within,
    "x", "state[0]", "args[2]". An argument named like a parameter gets "argument " before it.

    The outputs are the floating-point tensors that it returns: "y", or "y[0]", "y['logits']".
    Raises `CannotFollow` where the function leaves PyTorch, looks at its numbers, or uses an
    operation that has no exact rule; what the function itself raises passes.
    """
    return _trace(function, inputs, None, False, seed)


def trace_gradient(
    function: Any, *inputs: Any, cotangents: Sequence[Array] | None = None, seed: int = 0
) -> Program:
    """The forward pass and the function's own backward pass as one program; see `trace`.

    cotangents: one for each output, shaped like it; they become inputs of the program, after the
    leaves, named "dy", "dy[0]", ... Without them the function returns one number, the loss. The
    gradients follow the outputs, one for each leaf and by its name; zeros where PyTorch has none.
    """
    return _trace(function, inputs, cotangents, True, seed)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its inputs, taken apart: `leaves` are the tensors that move, by name.

    places: where among the flat inputs those leaves lie that are no parameters.
    """

    function: Any
    flat: Sequence[Any]
    spec: Any
    leaves: Mapping[str, torch.Tensor]
    places: Mapping[str, int]

    def __call__(self, tensors: Mapping[str, torch.Tensor]) -> Any:
        """What the function returns at other tensors in place of the leaves."""
        flat = list(self.flat)
        for name, place in self.places.items():
            flat[place] = tensors[name]
        inputs = pytree.tree_unflatten(flat, self.spec)
        parameters = {name: t for name, t in tensors.items() if name not in self.places}
        if isinstance(self.function, torch.nn.Module):
            return torch.func.functional_call(self.function, parameters, inputs)
        return self.function(*inputs)


def take_apart(function: Any, inputs: Sequence[Any]) -> Call:
    """Find the leaves of a call; a module is copied, so that nothing it does to itself remains."""
    leaves: dict[str, torch.Tensor] = {}
    if isinstance(function, torch.nn.Module):
        function = copy.deepcopy(function)
        leaves = {n: p for n, p in function.named_parameters() if p.requires_grad}
    flat, spec = pytree.tree_flatten(tuple(inputs))
    floats = [k for k, x in enumerate(flat) if _is_float(x)]
    asked = [k for k in floats if flat[k].requires_grad]
    names = _input_names(function, inputs)
    places = {
        f"argument {names[k]}" if names[k] in leaves else names[k]: k for k in asked or floats
    }
    return Call(function, flat, spec, leaves | {n: flat[k] for n, k in places.items()}, places)


def _trace(
    function: Any, inputs: Sequence[Any], cotangents: Sequence[Array] | None, back: bool, seed: int
) -> Program:
    call, mode = take_apart(function, inputs), InDouble()
    given = [torch.from_numpy(np.array(c, dtype=np.float64)) for c in cotangents or ()]
    points = [x.detach().to("cpu", torch.float64, copy=True) for x in call.leaves.values()]
    names: list[str] = []

    def run(*tensors: torch.Tensor) -> list[torch.Tensor]:
        leaves = [t.detach().requires_grad_() for t in tensors[: len(points)]]
        mode.watch(leaves)
        with mode:
            outputs = _outputs(call(dict(zip(call.leaves, leaves, strict=True))))
            names[:] = outputs
            results = list(outputs.values())
            if back:
                dys = tensors[len(points) :] if cotangents is not None else [None]
                results += _gradients(list(outputs.values()), leaves, dys)
        return results

    with _as_it_was(seed):
        arguments = [x.clone() for x in (*points, *given)]
        try:
            graph = make_fx(run, decompositions())(*arguments)
        finally:
            if mode.refusal:
                raise mode.refusal from None
        dnames = [f"d{name}" for name in names[: len(given)]]
        labels = [*names, *call.leaves] if back else names
        tensors = dict(zip([*call.leaves, *dnames], [*points, *given], strict=True))
        return read(graph, tensors, dnames, labels, len(names), mode.pristine())


def _gradients(
    outputs: Sequence[torch.Tensor], leaves: Sequence[torch.Tensor], dys: Sequence[Any]
) -> list[torch.Tensor]:
    if len(dys) != len(outputs):
        raise ValueError(f"{len(outputs)} outputs need as many cotangents, not {len(dys)}")
    reached = [(y, dy) for y, dy in zip(outputs, dys, strict=True) if y.requires_grad]
    if not reached:
        return [torch.zeros_like(leaf) for leaf in leaves]
    ys, seeds = zip(*reached, strict=True)
    return list(torch.autograd.grad(ys, leaves, seeds, materialize_grads=True))


def _outputs(returned: Any) -> dict[str, torch.Tensor]:
    """The floating-point tensors among what a function returned, by name."""
    paths, _ = pytree.tree_flatten_with_path(returned)
    return {f"y{pytree.keystr(path)}": y for path, y in paths if _is_float(y)}


def _is_float(x: Any) -> bool:
    if isinstance(x, torch.Tensor) and x.is_complex():
        raise CannotFollow("complex tensors have no exact rules")
    return isinstance(x, torch.Tensor) and x.is_floating_point()


def _input_names(function: Any, inputs: Sequence[Any]) -> list[str]:
    """A name for every flat input: the argument's name and the path within the argument."""
    names = []
    for argument, value in zip(_argument_names(function, len(inputs)), inputs, strict=True):
        paths, _ = pytree.tree_flatten_with_path(value)
        names += [f"{argument}{pytree.keystr(path)}" for path, _ in paths]
    return names


def _argument_names(function: Any, count: int) -> list[str]:
    called = function.forward if isinstance(function, torch.nn.Module) else function
    try:
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):  # many of torch's own functions have no signature
        parameters = []
    named = [p.name for p in parameters if p.kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
    return [*named, *(f"args[{k}]" for k in range(count))][:count]


@contextmanager
def _as_it_was(seed: int) -> Iterator[None]:
    """PyTorch set up for a trace, and set back: double by default, plain kernels, random numbers
    from a seed, no warning.
    """
    dtype, fast = torch.get_default_dtype(), torch.backends.mha.get_fastpath_enabled()
    with ExitStack() as stack:
        stack.callback(torch.set_default_dtype, dtype)
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        stack.enter_context(warnings.catch_warnings(action="ignore"))
        stack.enter_context(torch.random.fork_rng(devices=[]))
        stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        stack.enter_context(torch.enable_grad())
        torch.set_default_dtype(torch.float64)
        torch.backends.mha.set_fastpath_enabled(False)
        torch.manual_seed(seed)
        yield
