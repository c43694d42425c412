"""What a hand-derived rule is: a function that returns its value and its pullback."""

from collections.abc import Callable
from typing import Any

from backproof.architectures import Array, Tensors

Pullback = Callable[[Array], tuple[Array, Tensors]]
"""dy, shaped like y, to (dx shaped like x, the parameters' gradients by name)."""

Rule = Callable[[Any, Tensors, Array], tuple[Array, Pullback]]
"""(layer, p, x) to (y, pullback); the cache is the closure."""

LossPullback = Callable[[Any], Array]
"""The cotangent of the loss, a number, to dz shaped like z."""

LossRule = Callable[[Any, Array, Array], tuple[Any, LossPullback]]
"""(loss, z, t) to (the loss, a number; pullback)."""
