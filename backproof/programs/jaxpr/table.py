"""The one dictionary of JAX's operations: what each is made of, by family."""

from collections.abc import Callable

from backproof.exact.primitive import Primitive
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import COMPARISONS, ELEMENTWISE, PRIMITIVES, Rule
from backproof.programs.jaxpr.held import Held
from backproof.programs.jaxpr.indexing import INDEXING, INDICES
from backproof.programs.jaxpr.linear import FACTORS, LINEAR
from backproof.programs.jaxpr.products import PRODUCTS
from backproof.programs.jaxpr.reductions import ORDERS, REDUCTIONS
from backproof.programs.jaxpr.structure import LAYOUTS, PIECES
from backproof.programs.jaxpr.windows import WINDOWS

INDEXED: dict[str, Callable[..., list[Held]]] = {**PIECES, **INDICES}
"""Operations that compute nothing and are told how by parameters, or by arrays of indices."""

RULES: dict[str, Rule] = {
    **ELEMENTWISE,
    **REDUCTIONS,
    **INDEXING,
    **PRODUCTS,
    **WINDOWS,
    **LINEAR,
}
"""Operations of one result: the steps of their inputs to that of their output."""

SEVERAL: dict[str, Callable[..., list[Callable[[], Step]]]] = {**ORDERS, **FACTORS}
"""Operations of several results: for each of them, what appends its steps."""

NUMBERS = {
    "convert_element_type",
    *(n for n, f in PRIMITIVES.items() if isinstance(f, Primitive) and not f.decides),
}
"""Smooth functions, which are steps of constants too: no float need be their value, and XLA's
lgamma(3) is 8 ulps from it. A cast is one of them."""

REFUSED = {
    "eig": "its vectors are complex and have no order",
    "io_callback": "what it calls is Python's",
    "pure_callback": "what it calls is Python's",
}
"""Operations that no rule can be written for, with the reason."""

__all__ = ["COMPARISONS", "INDEXED", "LAYOUTS", "NUMBERS", "REFUSED", "RULES", "SEVERAL"]
