"""A loss as a black box: one tensor moves, evaluations are counted, what it raises is no number."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backproof.exact.precision import Array

Loss = Callable[[Mapping[str, Any]], Any]
"""The tensors by name to the loss, a number."""


class Exhausted(Exception):
    """The evaluations or the time allowed are used up; the message says which."""


class Box:
    """A loss around a point.

    at: the tensors, in their own dtypes. used: the evaluations so far. raised: what the loss said
    when it first raised.
    """

    def __init__(self, loss: Loss, at: Mapping[str, Any], expired: Callable[[], bool]) -> None:
        self.loss = loss
        self.at = {name: np.asarray(tensor) for name, tensor in at.items()}
        self.expired = expired
        self.used = self.allowed = 0
        self.raised = ""

    def allow(self, evaluations: int) -> None:
        """Allow so many evaluations from here on."""
        self.allowed = self.used + evaluations

    def moved(self, name: str, start: int, stop: int, along: Array, t: float) -> float:
        """The loss with a flat slice of a tensor moved by t * along; NaN where it raises."""
        if self.used >= self.allowed:
            raise Exhausted("the evaluations allowed are used up")
        if self.expired():
            raise Exhausted("the time allowed is used up")
        self.used += 1
        tensor = self.at[name].copy()
        tensor.reshape(-1)[start:stop] += (t * along).astype(tensor.dtype)
        try:
            return float(self.loss({**self.at, name: tensor}))
        except Exception as error:  # math.log(-1) raises: a point outside of its domain
            self.raised = self.raised or f"the loss raises {type(error).__name__}: {error}"
            return math.nan
