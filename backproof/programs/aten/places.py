"""Which operation of the forward pass one of autograd's own backward pass belongs to."""

from typing import Any

import torch


def backward_node() -> int | None:
    """The number of the autograd node that is running, in the order of the forward pass."""
    node: Any = torch._C._current_autograd_node()
    return None if node is None else int(node._sequence_nr())


def next_node() -> int:
    """The number that the node of the forward operation that is running has got."""
    return int(torch.autograd._get_sequence_nr()) - 1  # type: ignore[attr-defined]
