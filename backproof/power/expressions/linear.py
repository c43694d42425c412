"""Products of arrays and linear algebra."""

from typing import Any

import numpy as np

from backproof.power.expressions.operation import Operation, matrix


def _chained(a: Any, b: Any) -> bool:
    return bool(a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0])


def _long(a: Any) -> bool:
    """Of a length that is not near 0."""
    return bool(np.sum(a * a) > 0.1)


def _regular(a: Any) -> bool:
    """A square matrix that is far from a singular one."""
    return bool(matrix(a) and len(a) == len(a.T) and np.linalg.cond(a) < 20)


PRODUCTS = (
    Operation("{a} @ {b}", ("{g} @ {b}.T", "{a}.T @ {g}"), _chained),
    Operation(
        "{np}.einsum('ij,kj->ik', {a}, {b})",
        ("{np}.einsum('ik,kj->ij', {g}, {b})", "{np}.einsum('ik,ij->kj', {g}, {a})"),
        lambda a, b: bool(a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1]),
    ),
    Operation(
        "{a}[:, None] * {b}",
        ("{np}.sum({g} * {b}, axis=1)", "{np}.sum({g} * {a}[:, None], axis=0)"),
        lambda a, b: bool(a.ndim == b.ndim == 1),
    ),
    Operation(
        "{a} @ {b}",
        ("{g}[:, None] * {b}", "{g} @ {a}"),
        lambda a, b: bool(a.ndim == 2 and b.ndim == 1 and a.shape[1] == len(b)),
    ),
    Operation(
        "{np}.einsum('ij,ij->j', {a}, {b})",
        ("{g} * {b}", "{g} * {a}"),
        lambda a, b: bool(a.ndim == 2 and a.shape == b.shape),
    ),
    Operation("{np}.linalg.norm({a})", ("{g} * {a} / {y}",), _long),
    Operation(
        "{np}.linalg.solve({a}, {b})",
        ("-{np}.linalg.solve({a}.T, {g}) @ {y}.T", "{np}.linalg.solve({a}.T, {g})"),
        lambda a, b: _regular(a) and b.ndim == 2 and len(a) == len(b),
        halves=False,
    ),
    Operation("{np}.linalg.inv({a})", ("-{y}.T @ {g} @ {y}.T",), _regular, halves=False),
    Operation(
        "{np}.linalg.det({a})", ("{g} * {y} * {np}.linalg.inv({a}).T",), _regular, halves=False
    ),
)
