"""The formats that floats are kept in: how many bits they have and how small they can be."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Precision:
    """A floating-point format.

    bits: of the significand, the hidden one included. least: the exponent of the smallest
    subnormal number, 2^least. normal: the exponent of the smallest normal number. largest: the
    largest finite number.
    """

    name: str
    bits: int
    least: int
    normal: int
    largest: float

    @property
    def u(self) -> float:
        """Half the distance from 1 to the next number."""
        return 2.0**-self.bits

    def half_ulp(self, values: Any) -> Floats:
        """Half the distance of neighbouring numbers at each value; 0 where the value is 0."""
        sizes = np.asarray(np.abs(values), dtype=np.float64)
        finite = np.where(np.isfinite(sizes), sizes, self.largest)
        exponents = np.maximum(np.frexp(finite)[1] - self.bits, self.least) - 1
        return np.where(sizes == 0, 0.0, np.ldexp(1.0, np.maximum(exponents, -1074)))

    def floor(self, flushes: bool = False) -> float:
        """Half the smallest number that is kept: a subnormal, or a normal one where those are
        flushed to zero.
        """
        return float(np.ldexp(1.0, max((self.normal if flushes else self.least) - 1, -1074)))

    def rounded(self, values: Any) -> Floats:
        """The nearest numbers of the format, ties to even, in float64."""
        wide = np.asarray(values, dtype=np.float64)
        if self.bits >= FLOAT64.bits:
            return wide
        unit = 2 * self.half_ulp(wide)
        with np.errstate(all="ignore"):
            near = np.where(unit > 0, np.rint(wide / np.where(unit > 0, unit, 1.0)) * unit, wide)
        return np.where(np.abs(near) > self.largest, np.copysign(np.inf, wide), near)


FLOAT64 = Precision("float64", 53, -1074, -1022, float(np.finfo(np.float64).max))
FLOAT32 = Precision("float32", 24, -149, -126, float(np.finfo(np.float32).max))
FLOAT16 = Precision("float16", 11, -24, -14, 65504.0)
BFLOAT16 = Precision("bfloat16", 8, -133, -126, 2.0**127 * (2 - 2.0**-7))

FORMATS = {p.name: p for p in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}


@cache
def precision_of(dtype: Any) -> Precision | None:
    """The format of a dtype, by its name, of complex numbers that of their parts; None where it is
    not one of floats. A longer format counts as float64.
    """
    named = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    name = str(named).rpartition(".")[2]
    parts = {"complex64": "float32", "complex128": "float64", "longdouble": "float64"}
    return FORMATS.get(parts.get(name, "float64" if name.startswith("float128") else name))


def coarser(*formats: Precision) -> Precision:
    """The one with the fewest bits."""
    return min(formats, key=lambda p: p.bits)
