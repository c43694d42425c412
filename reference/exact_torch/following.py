"""What a trace knows while it runs: whose line this is, and what depends on the inputs' numbers."""

import inspect
import os
from typing import Any

import torch
from torch.fx.experimental.proxy_tensor import get_innermost_proxy_mode, get_proxy_slot

SHAPE_ONLY = frozenset({"full_like", "empty_like", "new_empty", "new_full", "new_zeros", "empty"})
"""What takes no more than the shape from the tensor that it is given."""

NOT_THEIRS = tuple(
    os.path.dirname(file) + os.sep for file in (os.path.dirname(__file__), torch.__file__)
)


def where() -> str:
    """The place in somebody's code that is running: the nearest frame outside of here and torch."""
    frame = inspect.currentframe()
    while frame and frame.f_back and frame.f_code.co_filename.startswith(NOT_THEIRS):
        frame = frame.f_back
    return f"at {frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""


def depends(x: Any) -> bool:
    """Whether a tensor that the running trace has seen depends on an input's numbers."""
    proxies = get_innermost_proxy_mode()
    slot: Any = proxies and get_proxy_slot(x, proxies.tracer, None)
    return bool(slot) and moving(slot.proxy.node)


def moving(node: torch.fx.Node) -> bool:
    """Whether a node's value depends on an input's numbers."""
    seen: set[torch.fx.Node] = set()
    pending = [node]
    while pending:
        node = pending.pop()
        if node.op == "placeholder":
            return True
        if node not in seen and op_name(node) not in SHAPE_ONLY:
            seen.add(node)
            pending.extend(node.all_input_nodes)
    return False


def op_name(node: torch.fx.Node) -> str:
    """The name of a node's operation without its overload; empty for what is none."""
    op = node.target
    return str(op.overloadpacket.__name__) if isinstance(op, torch._ops.OpOverload) else ""
