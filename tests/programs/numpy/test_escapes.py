"""What leaves a record is noticed, and named with its line."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import ctypes
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats

from programs.numpy.trial import loss_of, recorded

VECTOR = np.random.default_rng(0).normal(size=5)


def as_text(x):
    return x.sum() * float(str(x[0]))


def pickled(x):
    return pickle.loads(pickle.dumps(x)).sum() * x[0]


def as_bytes(x):
    return np.frombuffer(x.tobytes()).sum() * x[0]


def through_a_pointer(x):
    return x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))[0] * x[1]


def through_a_buffer(x):
    return sum(memoryview(x)) * x[0]


def written_unseen(x):
    y = x * 2.0
    memoryview(y)[0] = float(str(x[1]))
    return y.sum()


def foreign_statistics(x):
    return scipy.stats.nct.logpdf(x, 3, 0.5).sum() * x[0]


def foreign_iteration(x):
    y = np.zeros(5)
    for v, w in zip(x, np.nditer(y, op_flags=["readwrite"]), strict=True):
        w[...] = v * 2
    return y.sum() * x[0]


NAMED = {
    as_text: "text",
    pickled: "pickle",
    as_bytes: "tobytes",
    through_a_pointer: "ctypes",
    written_unseen: "not followed",
}
UNNAMED = (through_a_buffer, foreign_statistics, foreign_iteration)


@pytest.mark.parametrize("code", NAMED, ids=lambda code: code.__name__)
def test_what_leaves_the_record_has_a_name(code: Callable[..., Any]) -> None:
    """The escape is noted where it is, in this file."""
    escapes = recorded(code, VECTOR).record.escapes
    assert any(NAMED[code] in x.what and x.place and x.place.file == __file__ for x in escapes)


@pytest.mark.parametrize("code", [*NAMED, *UNNAMED], ids=lambda code: code.__name__)
def test_what_leaves_the_record_is_noticed(code: Callable[..., Any]) -> None:
    """By a second run a little aside, even where nobody can see how it left."""
    lost = loss_of(code, VECTOR)
    assert lost is not None and not lost.harmless
    assert lost.share > 2.0**-20
    assert lost.place is not None and lost.place.file == __file__


def test_what_does_not_matter_is_no_loss() -> None:
    """A constant that the result does not depend on: the shift of a log-sum-exp."""

    def shifted(x: Any) -> Any:
        top = float(str(x.max()))
        return np.log(np.exp(x - top).sum()) + top

    assert loss_of(shifted, VECTOR) is None


def test_a_place_has_the_column_and_the_calls() -> None:
    """A step stands where its operator does, reached by the lines that called it."""

    def inner(x: Any) -> Any:
        return (x * x).sum() + x[0]

    run = recorded(lambda x: inner(x) * 1.0, VECTOR)
    product = next(s for s in run.record.steps if s.primitive.name == "multiply")
    line = inner.__code__.co_firstlineno + 1
    assert product.place is not None
    assert (product.place.file, product.place.line) == (__file__, line)
    assert product.place.start == 16 and product.place.end == 21
    assert any(file == __file__ for file, *_ in product.place.calls)
