"""Whether the values of a step are true quantities, by the sizes of their numbers."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.families import Family
from backproof.diagnosis.following import Program
from backproof.exact.record import Step

SAME = 1e-7
"""The part by which the mean sizes of two arrays differ whose numbers are the same."""
SEVERAL = 3
"""An array of fewer numbers is proportional to too many."""


class Truths:
    """The true quantities of a run: values of the forward pass, adjoints, slopes.

    Arrays count as the same in whatever order and shape their numbers stand: random numbers do not
    agree by chance.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._adjoints = frozenset(g.number for g in program.adjoints.values())

    @cached_property
    def _sizes(self) -> Any:
        steps = [*self.program.forward, *(s for s in self.program.reverse if self._is_own(s))]
        points, numbers = self.program.points, [s.number for s in steps if s.is_float]
        return np.array([self._of_points([v[n] for v in points]) for n in numbers]).reshape(-1, 6)

    def _is_own(self, step: Step) -> bool:
        """Whether a step of the true gradient is more than the opposite of the one before it."""
        return step.primitive.name != "negative" or step.number in self._adjoints

    @staticmethod
    def _of_points(values: Iterable[Any]) -> list[float]:
        return [x for v in values for x in sizes(v)]

    def holds(self, values: Iterable[Any]) -> bool:
        """Whether the values of a step, at both points, are those of a true quantity."""
        wanted = np.array(self._of_points(values))
        return self._is_among(wanted, self._sizes, np.repeat(wanted[1::3], 3))

    def is_proportional(self, values: Sequence[Any]) -> bool:
        """Whether they are so times a number, which may be another at each point."""
        if np.size(values[0]) < SEVERAL:
            return False
        return self._is_among(_scaled(self._of_points(values)), self._parts_of_roots, 1.0)

    @cached_property
    def _parts_of_roots(self) -> Any:
        """The sizes as parts of the roots; also of what awaits the cotangent of a number yet."""
        parts, found = _scaled(self._sizes), []
        for step in (s for s in self.program.cotangents if s.size == 1):
            signs = [float(np.sign(v[step.number]).item()) for v in self.program.points]
            found.append(parts * np.repeat(signs, 3) ** [1, 2, 2, 1, 2, 2])
        return np.concatenate([parts, *found])

    def _is_among(self, wanted: Any, known: Any, scale: Any) -> bool:
        if wanted.shape != known.shape[1:] or not np.isfinite(wanted).all() or not wanted.any():
            return False
        return bool(
            (np.abs(known - wanted) <= max(SAME, self.program.near) * scale).all(axis=1).any()
        )

    def true_of(self, shape: tuple[int, ...]) -> list[Step]:
        """The steps that make the true gradient, of one shape."""
        if shape not in self._by_shape:
            self._by_shape[shape] = [s for s in self.program.reverse if s.shape == shape]
        return self._by_shape[shape]

    @cached_property
    def _by_shape(self) -> dict[tuple[int, ...], list[Step]]:
        return {}

    def is_true(self, family: Family) -> bool:
        """Whether a family's values are true quantities at every turn."""
        points = self.program.points
        return all(self.holds([v[s.number] for v in points]) for s in family.steps)


def sizes(value: Any) -> tuple[float, float, float]:
    """What an array's numbers are, in whatever order: how far up and down they lean by their
    squares (the mean of a gradient is often 0), their mean size, and the root of their mean square.
    """
    v = np.asarray(value, dtype=np.float64)
    root = float(np.sqrt((v * v).mean())) if v.size else 0.0
    if not root:
        return 0.0, 0.0, 0.0
    size = np.abs(v)
    return float((v * size).mean()) / root, float(size.mean()), root


def _scaled(found: Any) -> Any:
    """Sizes as parts of each root of a mean square."""
    by_point = np.reshape(found, (*np.shape(found)[:-1], -1, 3))
    with np.errstate(all="ignore"):
        parts = by_point / by_point[..., 2:]
    return parts.reshape(np.shape(found))
