"""The table of primitives, by family; importing it fills the table."""

from backproof.exact.primitive import BY_UFUNC, TABLE, Primitive
from backproof.exact.primitives import (
    decisions,
    elementwise,
    moves,
    products,
    reductions,
)

__all__ = ["BY_UFUNC", "TABLE", "Primitive", "decisions", "elementwise", "moves", "products", "reductions"]
