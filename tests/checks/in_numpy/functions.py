"""Functions and points that the tests share."""

from typing import Any

import numpy as np

X = np.random.default_rng(0).normal(size=(4, 3))


def square(x: Any) -> Any:
    """The sum of squares."""
    return (x * x).sum()


def double(x: Any) -> Any:
    """Its gradient."""
    return 2 * x
