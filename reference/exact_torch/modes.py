"""How a function runs while it is traced: in double precision, on copies of what it captured, and
refused by file and line where it takes numbers out of PyTorch.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.fx.experimental.proxy_tensor import (
    disable_proxy_modes_tracing,
    get_innermost_proxy_mode,
    get_proxy_slot,
)
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree

from reference.exact.arithmetic import CannotFollow
from reference.exact_torch.following import depends, where

SHORT = (torch.float32, torch.float16, torch.bfloat16)
"""Computed in float64 instead: a traced constant must not be rounded to 24 bits or fewer."""

DOUBLED = {torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16}

LEAVING = {
    torch.Tensor.numpy: ".numpy()",
    torch.Tensor.tolist: ".tolist()",
    torch.Tensor.data_ptr: ".data_ptr()",
    torch.Tensor.storage: ".storage()",
    torch.Tensor.untyped_storage: ".untyped_storage()",
    torch.Tensor.__array__: "NumPy",
    torch.Tensor.__dlpack__: "DLPack",
}
"""What takes numbers out of PyTorch, where no trace sees what becomes of them."""

ASSIGNED = torch.Tensor.data.__set__  # type: ignore[attr-defined]


class InDouble(TorchFunctionMode):
    """While it is on, every float is a double and nothing that was there before is changed.

    Tensors that the trace did not make (parameters, buffers and labels that a function captured)
    are replaced by copies. Every traced operation is told the line that it is from. refusal: why
    the function cannot be followed, kept because operators and functions may swallow the exception.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: set[int] = set()
        self.refusal: CannotFollow | None = None
        # by the ids of both: each is kept here, so that no id is given out twice
        self.copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        proxies = get_innermost_proxy_mode()
        if proxies is None:
            return func(*args, **kwargs)
        tracer = proxies.tracer

        def double(x: Any) -> Any:
            if isinstance(x, torch.Tensor) and not is_functorch_wrapped_tensor(x):
                return x if get_proxy_slot(x, tracer, None) else self._copy(x)
            return torch.float64 if isinstance(x, torch.dtype) and x in SHORT else x

        before = len(tracer.graph.nodes)
        try:
            args, kwargs = pytree.tree_map(double, (args, kwargs))
            _refuse_leaving(func, args)
            result = (torch.Tensor.double if func in DOUBLED else func)(*args, **kwargs)
        except CannotFollow as refusal:
            self.refusal = self.refusal or refusal
            raise
        self.watch(result)
        if func is not torch.autograd.grad:
            _place(islice(reversed(tracer.graph.nodes), len(tracer.graph.nodes) - before))
        return result

    def watch(self, results: Any) -> None:
        """Remember where tensors lie that the trace made: none may come back without its trace."""
        for x in pytree.tree_leaves(results):
            if isinstance(x, torch.Tensor) and not is_functorch_wrapped_tensor(x):
                self.made |= {x.untyped_storage().data_ptr()} - {0}

    def pristine(self) -> dict[int, torch.Tensor]:
        """The values of all copies as they were before the function ran, by the copies' ids."""
        return {id(copy): _doubled(original) for original, copy in self.copies.values()}

    def _copy(self, x: torch.Tensor) -> torch.Tensor:
        if id(x) not in self.copies:
            copy = _doubled(x)
            if x.untyped_storage().data_ptr() in self.made:
                raise CannotFollow(f"a tensor is made anew from another one's numbers {where()}")
            self.copies[id(x)] = self.copies[id(copy)] = (x, copy)
        return self.copies[id(x)][1]


def _doubled(x: torch.Tensor) -> torch.Tensor:
    """A copy of a tensor as a constant on the CPU, floats as doubles."""
    dtype = torch.float64 if x.is_floating_point() else x.dtype
    with disable_proxy_modes_tracing():
        if x.layout != torch.strided or x.is_complex() or x.is_quantized:
            raise CannotFollow(f"a tensor of {x.dtype}, {x.layout} has no exact rules {where()}")
        return x.detach().to("cpu", dtype, copy=True)


def _refuse_leaving(func: Callable[..., Any], args: Any) -> None:
    if func is ASSIGNED:
        raise CannotFollow(f"a tensor's .data is assigned {where()}")
    if func in LEAVING and depends(args[0]):
        raise CannotFollow(f"a tensor is handed to {LEAVING[func]} {where()}")


def _place(nodes: Any) -> None:
    place = None
    for node in nodes:
        if "stack_trace" not in node.meta:
            place = place or where()
            node.meta["stack_trace"] = place
