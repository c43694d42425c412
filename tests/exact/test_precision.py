"""Formats of floats: their spacing and their rounding, against NumPy's and ml_dtypes' own."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.exact.precision import (
    BFLOAT16,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    Precision,
    coarser,
    precision_of,
)

finfo: Any = ml_dtypes.finfo
DTYPES: dict[Precision, Any] = {
    FLOAT64: np.float64,
    FLOAT32: np.float32,
    FLOAT16: np.float16,
    BFLOAT16: ml_dtypes.bfloat16,
}
FORMATS = pytest.mark.parametrize("precision", DTYPES, ids=lambda p: p.name)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.builds(
    lambda m, e: float(np.ldexp(m, e)), st.floats(-2, 2), st.integers(-160, 160)
)


def kept(x: float, precision: Precision) -> float:
    """The number of the format that a cast makes, in float64."""
    with np.errstate(all="ignore"):
        return float(np.float64(x).astype(DTYPES[precision]))


@FORMATS
@given(x=NUMBERS)
def test_half_ulp_is_half_the_spacing(precision: Precision, x: float) -> None:
    """Of every number of the format but 0, subnormal ones too."""
    number = kept(x, precision)
    if number == 0 or not np.isfinite(number):
        return
    with np.errstate(over="ignore"):
        above = np.nextafter(DTYPES[precision](abs(number)), DTYPES[precision](np.inf))
    if np.isfinite(float(above)):
        spacing = float(above) - abs(number)
        assert float(precision.half_ulp(number)) in (spacing / 2, np.ldexp(1.0, -1074))


@pytest.mark.parametrize("precision", [FLOAT64, FLOAT32, FLOAT16], ids=lambda p: p.name)
@given(x=NUMBERS)
def test_half_ulp_against_numpy_spacing(precision: Precision, x: float) -> None:
    """NumPy's own spacing, where it has one."""
    number = DTYPES[precision](kept(x, precision))
    if number != 0 and np.isfinite(number) and abs(number) < precision.largest:
        expected = max(float(np.spacing(abs(number))) / 2, float(np.ldexp(1.0, -1074)))
        assert float(precision.half_ulp(float(number))) == expected


@FORMATS
@given(x=NUMBERS)
def test_rounded_is_a_cast(precision: Precision, x: float) -> None:
    """Ties to even, subnormal numbers, overflow to infinity."""
    assert float(precision.rounded(x)) == kept(x, precision)


@FORMATS
@given(x=NUMBERS, odd=st.integers(0, 2**20))
def test_rounded_at_ties(precision: Precision, x: float, odd: int) -> None:
    """Halfway between two numbers of the format the even one is taken."""
    number = kept(x, precision)
    tie = number + float(precision.half_ulp(number)) * (odd % 2)
    assert float(precision.rounded(tie)) == kept(tie, precision)


@FORMATS
def test_limits(precision: Precision) -> None:
    """The largest number stays; what rounds beyond it is infinite; NaN and infinities stay."""
    big = precision.largest
    beyond = big + float(precision.half_ulp(big)) if precision is not FLOAT64 else np.inf
    values = [big, -big, beyond, np.inf, -np.inf, 0.0]
    assert precision.rounded(values).tolist() == [big, -big, np.inf, np.inf, -np.inf, 0.0]
    assert np.isnan(precision.rounded(np.nan))
    assert float(finfo(DTYPES[precision]).max) == big
    smallest = float(finfo(DTYPES[precision]).smallest_subnormal)
    assert precision.floor() == max(smallest / 2, float(np.ldexp(1.0, -1074)))
    assert precision.u == 2.0**-precision.bits


def test_names() -> None:
    """Dtypes by name, complex ones by their parts; None for what is no float."""
    assert precision_of(np.dtype("float32")) is FLOAT32
    assert precision_of("torch.bfloat16") is BFLOAT16
    assert precision_of(np.dtype("complex64")) is FLOAT32
    assert precision_of(np.dtype("int64")) is None
    assert coarser(FLOAT64, BFLOAT16, FLOAT16) is BFLOAT16
