"""The table of primitives, by family; importing it fills the table."""

from collections.abc import Mapping
from types import ModuleType

from backproof.exact.primitive import BY_UFUNC, TABLE, Primitive
from backproof.exact.primitives import (
    bessel,
    decisions,
    elementwise,
    factors,
    fourier,
    linear,
    moves,
    products,
    reductions,
    singular,
    special,
    spectra,
)

FAMILIES: Mapping[str, ModuleType] = {
    "elementwise": elementwise,
    "special": special,
    "bessel": bessel,
    "moves": moves,
    "reductions": reductions,
    "products": products,
    "decisions": decisions,
    "linear": linear,
    "factors": factors,
    "spectra": spectra,
    "singular": singular,
    "fourier": fourier,
}
"""The files of the table by the names that a reader finds them under."""

__all__ = ["BY_UFUNC", "FAMILIES", "TABLE", "Primitive", "lines", *FAMILIES]


def lines() -> list[tuple[str, str, str, str]]:
    """Every line of the table, (family, name, kind, summary), family by family.

    The lines that a record itself has, arguments and numbers, are the family "record".
    """
    return [
        (family, p.name, kind(p), p.summary)
        for family in ("record", *FAMILIES)
        for p in TABLE.values()
        if p.family == family
    ]


def kind(p: Primitive) -> str:
    """What a line has: slopes of an elementwise function, a pull, a decision, or a number given."""
    if p.decides:
        return "decision"
    if p.slopes:
        return "elementwise"
    return "array" if p.pull else "given"
