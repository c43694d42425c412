"""The plain form of an operation that writes in place, or into `out`; its decomposition."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import torch
from torch._decomp import decomposition_table

from backproof.programs.aten.bags import embedding_bag
from backproof.programs.aten.tables import DRAWN
from backproof.programs.aten.tensors import tensors_in

COMPOSED: dict[Any, Callable[..., Any]] = {
    torch.ops.aten._embedding_bag: embedding_bag,
    torch.ops.aten._embedding_bag_forward_only: embedding_bag,
}
UNTOLD = ("aten::native_batch_norm", "aten::cudnn_batch_norm", "aten::miopen_batch_norm")
"""What writes running statistics, of which its schema says nothing."""


@dataclass(frozen=True, slots=True)
class Plain:
    """An operation that writes nowhere, which computes what one that does would write."""

    name: str
    call: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: dict[str, Any]


def functional(op: Any, name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Plain:
    """The plain form of an operation: of one that writes in place, or into `out`."""
    schema = op._schema
    if name == "copy_":
        shape, dtype = args[0].shape, args[0].dtype
        return Plain("copied", partial(_copied, shape, dtype), (args[1],), {})
    if name in ("fill_", "zero_"):
        return Plain("filled", partial(_full, args[0]), tuple(args[1:2]), {})
    if name in DRAWN and name.endswith("_"):
        return Plain(name, op, tuple(x for x in args[1:] if isinstance(x, torch.Tensor)), {})
    out = {a.name for a in schema.arguments if a.is_out}
    if out:
        kept = {k: v for k, v in keywords.items() if k not in out}
        return Plain(name, op.overloadpacket, args, kept)
    first = schema.arguments[0] if schema.arguments else None
    if first is not None and first.alias_info is not None and first.alias_info.is_write:
        return Plain(name.rstrip("_"), partial(_in_place, op), args, keywords)
    return Plain(name, op, args, keywords)


def _copied(shape: Any, dtype: torch.dtype, x: torch.Tensor) -> torch.Tensor:
    return x.to(dtype).expand(shape).clone()


def _full(like: torch.Tensor, value: Any = 0) -> torch.Tensor:
    return torch.full_like(like, 0).fill_(value)


def _in_place(op: Any, x: torch.Tensor, *args: Any, **keywords: Any) -> Any:
    return op(x.clone(), *args, **keywords)


def decomposition(op: Any) -> Callable[..., Any] | None:
    """A way of writing an operation in smaller ones, torch's own if it has one."""
    return decomposition_table.get(op) or COMPOSED.get(op.overloadpacket)


@cache
def composite(op: Any) -> bool:
    """Whether an operation is nothing but others: it is met within other operations alone."""
    key = "CompositeImplicitAutograd"
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(op.name(), key))


def each(name: str, args: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Of an operation on lists of tensors what it does to each: an operation and its arguments."""
    whole = getattr(torch.ops.aten, name.removeprefix("_foreach_"))
    return [
        (whole, *(x[k] if isinstance(x, list | tuple) else x for x in args))
        for k in range(len(args[0]))
    ]


def written(op: Any, args: Any, keywords: Any) -> list[torch.Tensor]:
    """The arguments that an operation writes to."""
    found: list[torch.Tensor] = []
    for k, argument in enumerate(op._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            given = args[k] if k < len(args) else keywords.get(argument.name)
            found += tensors_in(given)
    if op._schema.name in UNTOLD and args[5]:
        found += tensors_in(args[3:5])
    return found
