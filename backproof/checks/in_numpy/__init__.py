"""NumPy functions as claims: a loss with its gradient, or a layer's forward with its backward."""

from backproof.checks.in_numpy.layer import layer
from backproof.checks.in_numpy.pair import pair

__all__ = ["layer", "pair"]
