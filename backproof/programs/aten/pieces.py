"""Functions of single elements that are made of pieces."""

from typing import Any

import numpy as np

from backproof.exact import piecewise
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.numbers import PI
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def nan_to_num(x: Step, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Step:
    """x, with numbers in the place of those that are none."""
    largest = np.finfo(np.float64).max if x.precision is None else x.precision.largest
    bound = {1: largest if posinf is None else posinf, -1: -largest if neginf is None else neginf}
    x = d.choose(d.other(x, function=np.isnan), 0.0 if nan is None else nan, x)
    x = d.choose(d.other(x, function=np.isposinf), bound[1], x)
    return d.choose(d.other(x, function=np.isneginf), bound[-1], x)


def sinc(x: Step) -> Step:
    """sin(pi x) / (pi x)."""
    zero = d.equal(x, 0.0)
    z = d.choose(zero, 1.0, x) * PI
    return d.choose(zero, 1.0, e.sin(z) / z)


def angle(x: Step) -> Step:
    """The argument of a number."""
    if x.is_complex:
        return e.arctan2(e.imag(x), e.real(x))
    return d.choose(d.less(x, 0.0), x.record.step(PI), 0.0)


PIECES: dict[str, Lowering] = {
    "sinc": sinc,
    "sgn": piecewise.sign,
    "sign": d.sign,
    "heaviside": piecewise.heaviside,
    "copysign": piecewise.copysign,
    "nan_to_num": nan_to_num,
    "angle": angle,
}
