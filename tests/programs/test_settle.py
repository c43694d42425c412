"""One operation of a run, held against the run's own float value."""

from typing import Any

import numpy as np
import pytest

from backproof.exact.precision import FLOAT16, FLOAT32, FLOAT64, Precision
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Record
from backproof.exact.rounding import units
from backproof.programs.settle import settled

X = np.random.default_rng(2).normal(size=5)


def unlike(value: Any, precision: Precision = FLOAT64) -> bool:
    """Whether exp with another value than its own is noted."""
    record = Record()
    x = record.input("x", X, precision)
    settled(record, lambda: e.exp(x), value, precision)
    return bool(record.unlike)


@pytest.mark.parametrize("precision", [FLOAT64, FLOAT32, FLOAT16], ids=lambda p: p.name)
def test_half_of_the_digits_must_agree(precision: Precision) -> None:
    """A tenth of what is left to rounding is none of it, ten times that in one element is."""
    part, value = np.sqrt(precision.u), np.exp(X)
    assert not unlike(value * (1 + part / 10), precision)
    one = np.where(np.arange(5) == int(np.argmax(value)), 1 + 10 * part, 1)
    assert unlike(value * one, precision)


def test_a_sum_that_cancels_is_a_sum() -> None:
    """Its error is held against what was added up, not against what is left."""
    record = Record()
    terms = np.array([1e8, 1.0, -1e8, 2.0**-20], dtype=np.float32)
    x = record.input("x", terms, FLOAT32)
    settled(record, lambda: summed(x), np.float32(terms[::-1].sum() - 8), FLOAT32)
    assert not record.unlike
    settled(record, lambda: summed(x), np.float32(1e7), FLOAT32)
    assert record.unlike


def test_a_sum_of_halves_is_rounded_once() -> None:
    """Libraries add halves in float32: many terms lose hardly more than the last rounding does."""
    record = Record()
    terms = np.abs(np.random.default_rng(3).normal(size=4000)).astype(np.float16)
    x = record.constant(terms, FLOAT16)
    y = settled(record, lambda: summed(x), np.float16(terms.astype(float).sum()), FLOAT16)
    half = FLOAT16.half_ulp(np.abs(y.value))
    assert float(units([y])[0] / half) < 3


def test_a_sum_that_cancels_is_one_in_any_shape() -> None:
    """As the gradient of what a normalisation takes away again, laid out as its parameter is."""
    record = Record()
    x = record.input("x", np.array([[1e8, -1e8], [3.0, -3.0]], dtype=np.float32), FLOAT32)
    noise = np.float32([[8.0], [0.0]])
    settled(record, lambda: moved(lambda p: p.reshape(2, 1), summed(x, -1)), noise, FLOAT32)
    assert not record.unlike
