"""The numbers written in the code, and by how much each may be off.

Integers and short dyadic numbers are exact; others are off by a rounding, or by the digits that
nobody typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.place import Place
from backproof.exact.precision import FLOAT64, Precision
from backproof.exact.record import Step
from backproof.verdict.decisions import DIGITS, MEANT, MOVED


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number written in the code, with all steps that read it.

    bound: by how much it may be off; typed: whether it has fewer digits than its format holds.
    """

    steps: tuple[Step, ...]
    value: float
    bound: float
    typed: bool

    @property
    def place(self) -> Place | None:
        """Where in the code it stands."""
        return self.steps[0].place


def scalars(steps: Sequence[Step]) -> list[Scalar]:
    """The numbers of the code among the steps that others depend on, those that may be off."""
    places: dict[Any, list[Step]] = {}
    for step in ancestors(steps):
        if step.scalar and not step.inputs and step.is_float and step.size == 1:
            place = step.place
            key = (place, float(step.value.real.ravel()[0]))
            places.setdefault(key, []).append(step)
    found = (_scalar(tuple(group)) for group in places.values())
    return [s for s in found if s is not None]


def _scalar(steps: tuple[Step, ...]) -> Scalar | None:
    value = float(steps[0].value.real.ravel()[0])
    precision = steps[0].precision or FLOAT64
    if not np.isfinite(value) or meant(value, precision):
        return None
    half = float(precision.half_ulp(value))
    digits, many = _digits(value, FLOAT64), int(precision.bits * 0.30103) - 1
    if DIGITS <= digits <= many:
        exponent = int(np.floor(np.log10(abs(value))))
        return Scalar(steps, value, 0.5 * 10.0 ** (exponent - digits + 1), typed=True)
    if _digits(value, precision) < min(DIGITS, many + 1):
        return Scalar(steps, value, half, typed=False)
    least = precision.u if abs(value) < 1 else 0.0
    return Scalar(steps, value, max(MOVED * half, least), typed=False)


def _digits(value: float, precision: Precision) -> int:
    """Of the shortest text that a format reads as this number."""
    texts = ((n, float(f"{value:.{n}g}")) for n in range(1, 17))
    return next((n for n, text in texts if precision.rounded(text) == value), 17)


def meant(values: Any, precision: Precision) -> Any:
    """Which numbers are meant as they stand: integers, and those of few bits for their format."""
    mantissas = np.frexp(values)[0] * 2.0 ** min(MEANT, precision.bits // 2)
    small = np.abs(values) < 2.0**MEANT
    return (mantissas == np.rint(mantissas)) | small & (values == np.rint(values))


def same_places(movable: Sequence[Scalar]) -> list[list[Scalar]]:
    """A place in the code moves as one, at all points; so do the same digits wherever they are
    typed, which are one number.
    """
    groups: dict[Any, list[Scalar]] = {}
    for scalar in movable:
        place = None if scalar.typed else scalar.place
        groups.setdefault((place, scalar.value), []).append(scalar)
    return list(groups.values())
