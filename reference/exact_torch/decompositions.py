"""Which ATen operations are taken apart into simpler ones, and what happens at once in a trace:
random numbers are drawn and become constants, looking at a number is refused.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch._decomp import core_aten_decompositions, decomposition_table
from torch.fx.experimental.proxy_tensor import disable_proxy_modes_tracing

from reference.exact.arithmetic import CannotFollow
from reference.exact_torch.following import depends, where
from reference.exact_torch.means import MEANS

aten = torch.ops.aten

ALSO = (
    "native_batch_norm",
    "_native_batch_norm_legit",
    "_native_batch_norm_legit_no_training",
    "_native_batch_norm_legit_functional",
    "native_layer_norm",
    "native_group_norm",
    "native_dropout",
    "_softmax",
    "_log_softmax",
    "elu",
)
"""What the core set keeps whole although its parts have rules."""

KEPT = ("gelu_backward", *MEANS)
"""What the core set takes apart with rounded constants where an exact rule has none."""

DRAWN = ("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like")
DRAWN_IN_PLACE = (
    "bernoulli_.float",
    "uniform_",
    "normal_",
    "exponential_",
    "geometric_",
    "log_normal_",
    "cauchy_",
    "random_",
)
LOOKING = ("_local_scalar_dense", "equal")
Table = dict[Any, Callable[..., Any]]


@cache
def decompositions() -> Table:
    """What replaces an operation while it is traced."""
    table: Table = dict(core_aten_decompositions())
    for name in ALSO:
        table |= {
            op: decomposition_table[op] for op in _overloads(name) if op in decomposition_table
        }
    for name in KEPT:
        for op in _overloads(name):
            table.pop(op, None)
    for name in DRAWN:
        table |= {op: _drawn(op) for op in _overloads(name)}
    for name in DRAWN_IN_PLACE:
        table |= {op: _drawn_in_place(op) for op in _overloads(name)}
    for name in LOOKING:
        table |= {op: _looking(op) for op in _overloads(name)}
    return table


def _overloads(name: str) -> list[Any]:
    packet, _, overload = name.partition(".")
    whole = getattr(aten, packet)
    names = [overload] if overload else whole.overloads()
    return [getattr(whole, o) for o in names if "out" not in o]


def _drawn(op: Any) -> Callable[..., Any]:
    """Random numbers, drawn now and the same for ever."""

    def draw(*args: Any, **kwargs: Any) -> torch.Tensor:
        with disable_proxy_modes_tracing():
            drawn = op(*args, **kwargs)
        return drawn.clone()  # what is done to it in place is done to the copy, in the trace

    return draw


def _drawn_in_place(op: Any) -> Callable[..., Any]:
    def draw(x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        with disable_proxy_modes_tracing():
            drawn = op(x.detach().clone(), *args, **kwargs)
        return x.copy_(drawn)

    return draw


def _looking(op: Any) -> Callable[..., Any]:
    """What turns tensors into Python numbers: refused where they depend on the inputs' numbers."""

    def look(*args: Any) -> Any:
        if any(depends(x) for x in args):
            raise CannotFollow(f"the code takes a number out of a tensor {where()}")
        with disable_proxy_modes_tracing():
            return op(*args)

    return look
