"""What the examples of ATen's operations are drawn from."""

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten


def R(*shape: int) -> torch.Tensor:  # noqa: N802 - what is drawn, in one letter
    """Numbers without ties in double precision."""
    return torch.randn(shape, dtype=torch.float64)


def U(*shape: int) -> torch.Tensor:  # noqa: N802 - what is drawn, in one letter
    """Numbers in (0.1, 0.9)."""
    return torch.rand(shape, dtype=torch.float64) * 0.8 + 0.1


def I(*numbers: Any) -> torch.Tensor:  # noqa: E743, N802 - integers, as R and U are reals
    """Integers."""
    return torch.tensor(numbers)


Arguments = tuple[Any, ...]
Example = tuple[Callable[..., Any], list[Any]]
