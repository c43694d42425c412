"""The table of primitives, by family; importing it fills the table."""

from collections.abc import Mapping
from types import ModuleType

from backproof.exact.primitive import BY_UFUNC, TABLE, Primitive
from backproof.exact.primitives import (
    bessel,
    decisions,
    determinants,
    eigenpairs,
    elementwise,
    factors,
    fourier,
    integrals,
    linear,
    moves,
    products,
    reductions,
    samples,
    singular,
    special,
    spectra,
)

FAMILIES: Mapping[str, ModuleType] = {
    "elementwise": elementwise,
    "special": special,
    "integrals": integrals,
    "bessel": bessel,
    "moves": moves,
    "reductions": reductions,
    "products": products,
    "decisions": decisions,
    "linear": linear,
    "determinants": determinants,
    "factors": factors,
    "spectra": spectra,
    "eigenpairs": eigenpairs,
    "singular": singular,
    "fourier": fourier,
    "samples": samples,
}
"""The files of the table by the names that a reader finds them under."""

__all__ = ["BY_UFUNC", "FAMILIES", "TABLE", "Primitive", "about", "kind", "lines", *FAMILIES]


def lines() -> list[tuple[str, str, str, str]]:
    """Every line of the table, (family, name, kind, summary), family by family.

    What a record has of itself, arguments and numbers, is the family "record".
    """
    family: dict[str, str] = {}
    for name, module in FAMILIES.items():
        for p in vars(module).values():
            if isinstance(p, Primitive):
                family.setdefault(p.name, name)
    order = ["record", *FAMILIES]
    found = [(family.get(p.name, "record"), p.name, kind(p), about(p)) for p in TABLE.values()]
    return sorted(found, key=lambda line: order.index(line[0]))


def about(p: Primitive) -> str:
    """What a line says of itself; of a function of numbers, of how many and what slopes it has."""
    if p.summary or not p.slopes:
        return p.summary
    numbers = "a number" if len(p.slopes) == 1 else f"{len(p.slopes)} numbers"
    return f"of {numbers}" + ("; the slope in a stable form too" if p.steep else "")


def kind(p: Primitive) -> str:
    """What a line has: the slopes of a function of numbers, a pull of arrays, a decision; or it is
    given.
    """
    if p.decides:
        return "decision"
    if p.slopes:
        return "numbers"
    return "arrays" if p.pull else "given"
