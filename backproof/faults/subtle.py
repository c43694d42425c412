"""Faults too small for a tolerance: a part of 10^-9 in a tensor, in an element, in a row."""

from backproof.architectures import GELU, Array, CrossEntropy, Dense, Huber, Sigmoid
from backproof.faults.fault import Fault, gives, gives_dz

PART = 1e-9


def first_element(g: Array) -> Array:
    """The gradient with its first element off."""
    g = g.copy()
    g.flat[0] = g.flat[0] * (1 + PART)
    return g


def last_row(g: Array) -> Array:
    """The gradient with its last row off."""
    g = g.copy()
    g[-1] = g[-1] * (1 + PART)
    return g


SUBTLE = (
    Fault("dW off by 1e-9", "too small to notice", Dense, "W",
          gives("W", lambda dW, c: dW * (1 + PART))),
    Fault("an element of db off by 1e-9", "too small to notice", Dense, "b",
          gives("b", lambda db, c: first_element(db))),
    Fault("an element of dW off by 1e-9", "too small to notice", Dense, "W",
          gives("W", lambda dW, c: first_element(dW))),
    Fault("a sample's dx off by 1e-9", "too small to notice", Dense, "dx",
          gives("dx", lambda dx, c: last_row(dx))),
    Fault("dx off by 1e-9", "too small to notice", Sigmoid, "dx",
          gives("dx", lambda dx, c: dx * (1 + PART))),
    Fault("an element of dx off by 1e-9", "too small to notice", GELU, "dx",
          gives("dx", lambda dx, c: first_element(dx))),
    Fault("dz off by 1e-9", "too small to notice", Huber, "dz",
          gives_dz(lambda dz, c: dz * (1 + PART))),
    Fault("a sample's dz off by 1e-9", "too small to notice", CrossEntropy, "dz",
          gives_dz(lambda dz, c: last_row(dz))),
)  # fmt: skip
"""One line a fault, as a table is read."""
