"""Numbers that go through foreign hands: compiled code, buffers, other kinds of arrays.

Compiled code is handed plain arrays or numbers; what comes back is no step, and differences judge.
"""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import array
import ctypes
import ctypes.util
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.interpolate
import scipy.linalg.blas
import scipy.ndimage
import scipy.signal
import scipy.spatial.distance

from checks.in_numpy.asking import passed

X = np.random.default_rng(7).normal(size=5)
MATHEMATICS = ctypes.CDLL(ctypes.util.find_library("m"))
MATHEMATICS.sin.restype, MATHEMATICS.sin.argtypes = ctypes.c_double, [ctypes.c_double]
DOUBLES = ctypes.POINTER(ctypes.c_double)


def double(x):
    return 2 * x


def structured(x):
    row = np.zeros(5, [("a", "f8")])
    row["a"] = x
    return (row["a"] ** 2).sum()


def interface(x):
    foreign = type("Foreign", (), {"__array_interface__": x.__array_interface__})()
    return (np.array(foreign) ** 2).sum()


def pointer(x):
    p = x.ctypes.data_as(DOUBLES)
    return sum(p[k] ** 2 for k in range(5))


def squares(numbers):
    return sum(v * v for v in numbers)


SQUARES: dict[str, Callable[[Any], Any]] = {
    "masked": lambda x: (np.ma.masked_invalid(x).filled(0) ** 2).sum(),
    "matrix": lambda x: float((np.asmatrix(x) * np.asmatrix(x).T)[0, 0]),
    "records": lambda x: np.rec.fromarrays([x, x**2], names="a,b").b.sum(),
    "structured": structured,
    "objects": lambda x: (np.array(list(x), dtype=object) ** 2).sum(),
    "interface": interface,
    "dlpack": lambda x: (np.from_dlpack(x) ** 2).sum(),
    "memoryview": lambda x: squares(memoryview(x)),
    "frombuffer": lambda x: (np.frombuffer(memoryview(x)) ** 2).sum(),
    "pointer": pointer,
    "as_ctypes": lambda x: squares(np.ctypeslib.as_ctypes(x)),
    "from_buffer": lambda x: squares((ctypes.c_double * 5).from_buffer(x)),
    "c array": lambda x: squares((ctypes.c_double * 5)(*x)),
    "array": lambda x: squares(array.array("d", x)),
    "struct": lambda x: squares(struct.unpack("5d", struct.pack("5d", *x))),
    "blas": lambda x: scipy.linalg.blas.ddot(x, x),
    "distance": lambda x: (
        scipy.spatial.distance.cdist(x[None], 0 * x[None], "seuclidean", V=np.ones(5)).sum() ** 2
    ),
    "longdouble": lambda x: float((x.astype(np.longdouble) ** 2).sum()),
    "decimal": lambda x: float(squares(Decimal(float(v)) for v in x)),
    "fractions": lambda x: float(squares(Fraction(float(v)) for v in x)),
    "lists": lambda x: squares(x.tolist()),
}


@pytest.mark.parametrize("code", SQUARES)
def test_squares_by_foreign_hands_are_judged(code: str) -> None:
    """The right gradient of a sum of squares is right, whoever squares, and the wrong one wrong."""
    passed(SQUARES[code], double, X)


COMPILED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "numbers": (lambda x: sum(MATHEMATICS.sin(v) for v in x), np.cos),
    "masked mean": (
        lambda x: np.ma.masked_less(x, 0).mean(),
        lambda x: (x >= 0) / (x >= 0).sum(),
    ),
    "masked square": (
        lambda x: np.ma.masked_less(x, 0).sum() ** 2,
        lambda x: 2 * x[x >= 0].sum() * (x >= 0),
    ),
    "masked gradient": (lambda x: (x**2).sum(), lambda x: np.ma.array(2 * x, mask=False)),
    "spline": (
        lambda x: scipy.interpolate.CubicSpline(np.arange(5), x)(1.5),
        lambda x: scipy.interpolate.CubicSpline(np.arange(5), np.eye(5))(1.5),
    ),
    "filter": (
        lambda x: scipy.ndimage.convolve1d(x, [1.0, 2.0, 1.0], mode="constant").sum(),
        lambda x: scipy.ndimage.convolve1d(np.ones(5), [1.0, 2.0, 1.0], mode="constant"),
    ),
    "recursive filter": (
        lambda x: scipy.signal.lfilter([1.0], [1.0, -0.5], x)[-1],
        lambda x: 0.5 ** np.arange(4.0, -1, -1),
    ),
    "exact sum": (lambda x: math.fsum(x * x), double),
}


@pytest.mark.parametrize("code", COMPILED)
def test_functions_of_foreign_hands_are_judged(code: str) -> None:
    """Of each the right gradient is right and the enlarged one wrong."""
    passed(*COMPILED[code], X)
