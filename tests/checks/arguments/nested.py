"""Nested arguments that the tests share."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Affine(NamedTuple):
    """A named tuple of parameters."""

    W: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A dataclass that holds parameters and a number that is none."""

    gain: Any
    axis: int = -1


X = np.arange(6.0).reshape(2, 3)
V = np.array([1.0, -2.0])
NESTED = {"fc": Affine(X, V), "blocks": [Block(V * 2), Block(V * 3, 0)], "eps": 0.5, "name": "net"}
NAMES = ["p['fc'].W", "p['fc'].b", "p['blocks'][0].gain", "p['blocks'][1].gain", "p['eps']"]
