"""Right gradients as other people write them: many hands, many habits, nothing made for balls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Pair:
    """A loss and its gradient, somebody's own, and where to try them.

    loss: of the arguments to a number. gradient: of the same to a tuple, one for each of the
    first arguments; the other arguments are not differentiated by.
    """

    name: str
    loss: Callable[..., Any]
    gradient: Callable[..., Any]
    args: tuple[Any, ...]


def randn(*shape: int) -> Any:
    """Normal numbers, the same ones on every run."""
    return np.random.default_rng(sum(shape)).standard_normal(shape)
