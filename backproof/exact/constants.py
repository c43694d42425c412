"""Constants: whether one rounding of the numbers written in the code explains a difference.

Only scalars of the code are moved, each by no more than the digits that it has; integers and short
dyadic numbers are exact. A move belongs to a place in the code, whatever uses it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import tee
from typing import Any, NamedTuple

import flint
import numpy as np
from scipy.optimize import lsq_linear

from backproof.exact.balls import Balls, as_balls, midpoints, to_balls
from backproof.exact.evaluate import over_balls, unmoved
from backproof.exact.precision import Floats
from backproof.exact.record import Step
from backproof.exact.scalars import Scalar, same_places, scalars
from backproof.verdict.decisions import EQUATIONS, TURNS, USED

WHOLE = 1.0
"""The largest move of a scalar, in its bounds."""


class Pair(NamedTuple):
    """A claimed gradient and the true one, two steps of one record.

    truth: the values of the latter. allowed: what a right one is off by at most. off: whether this
    one is off by more.
    """

    claimed: Step
    true: Step
    truth: Floats
    allowed: Floats
    off: bool


@dataclass(frozen=True, slots=True)
class System:
    """One point's differences: of the claim's gradients from the true ones.

    bits: at which they are known. decided: decisions that are taken otherwise than the run did.
    kept: by number, values of steps that are known already.
    """

    pairs: Sequence[Pair]
    bits: int
    decided: Mapping[int, Any] = field(default_factory=dict)
    kept: Mapping[int, Any] = field(default_factory=dict)

    @property
    def steps(self) -> list[Step]:
        """All claimed gradients, and all true ones."""
        return [*(p.claimed for p in self.pairs), *(p.true for p in self.pairs)]

    def differences(self, moved: dict[int, Any]) -> tuple[Floats, Floats]:
        """claimed - true with scalars moved, and what of it is allowed: where the true element has
        become a smaller one, as much less. Else a part of it too much would vanish with it.
        """
        values = over_balls(self.steps, self.bits, decided={**self.decided, **moved})
        claimed, true = values[: len(self.pairs)], values[len(self.pairs) :]
        with flint.ctx.workprec(self.bits):
            apart = [midpoints(as_balls(a - b)) for a, b in zip(claimed, true, strict=True)]
        was, now = (
            np.abs(_stacked(v)) for v in ([p.truth for p in self.pairs], map(midpoints, true))
        )
        part = np.divide(now, was, out=np.ones(was.shape), where=was != 0)
        return _stacked(apart), _stacked([p.allowed for p in self.pairs]) * np.minimum(part, 1)

    def around(self, groups: Iterable[Iterable[Scalar]]) -> "System":
        """The pairs that a scalar of these can move, with the values of all that none of them
        does.
        """
        moving = {s.number for g in groups for scalar in g for s in scalar.steps}
        fixed = unmoved(self.steps, moving, self.bits, self.decided, self.kept)
        pairs = [p for p in self.pairs if not fixed.keys() >= {p.claimed.number, p.true.number}]
        return replace(self, pairs=pairs, decided={**fixed, **self.decided})


@dataclass(frozen=True, slots=True)
class Explained:
    """The scalars that one set of moves takes from the claim's value to the truth's, and the moves,
    in parts of their bounds.
    """

    scalars: tuple[Scalar, ...]
    moves: Floats

    @property
    def typed(self) -> bool:
        """Whether a number with too few digits is among those that had to be moved."""
        return any(s.typed and abs(m) > USED for s, m in zip(self.scalars, self.moves, strict=True))


def explained(here: System, nearby: Iterable[System] = ()) -> Explained | None:
    """One set of moves of the code's scalars that brings every difference under half an ulp, or for
    a true zero under its unit; None where there is none.

    nearby: the same at further points, which are asked for where one has less than `EQUATIONS`
    elements for each scalar.
    """
    first, second = tee(nearby)
    found = _by_moves(here, first, typed=False)
    if found is not None or not any(s.typed for s in scalars(here.steps)):
        return found
    return _by_moves(here, second, typed=True)


def _by_moves(here: System, nearby: Iterable[System], typed: bool) -> Explained | None:
    """The same; typed: whether numbers typed with few digits may be off by the next one."""
    groups = _groups([here], typed)
    if not groups:
        return None
    systems, others = [here], iter(nearby)
    while sum(p.true.size for s in systems for p in s.pairs) < EQUATIONS * len(groups):
        another = next(others, None)
        if another is None:
            break
        systems.append(another)
    groups = _groups(systems, typed)
    off = _off(systems)
    systems = [moving for s in systems if (moving := s.around(groups)).pairs]
    if not systems or off > _off(systems):
        return None  # no move has a part in what is off there
    moves = np.zeros(len(groups))
    weights = _stacked([p.allowed for system in systems for p in system.pairs])
    for _ in range(TURNS):
        rest, allowed = _differences(systems, groups, moves)
        if not np.isfinite(rest).all():
            return None
        if (np.abs(rest) < allowed).all():
            return Explained(tuple(g[0] for g in groups), moves)
        one = np.eye(len(groups))
        moved = [_differences(systems, groups, moves + step)[0] for step in one]
        columns = np.stack(moved, axis=1) - rest[:, None]
        known = np.isfinite(columns).all(axis=1)
        within = 2 * WHOLE * np.abs(columns[known]).sum(axis=1) + allowed[known]
        if (np.abs(rest[known]) > within).any():
            return None  # no move is further than from one bound to the other
        with np.errstate(all="ignore"):
            equations, due = columns / weights[:, None], -rest / weights
        usable = np.isfinite(equations).all(axis=1) & np.isfinite(due)
        if not usable.any():
            return None
        bounds = (-WHOLE - moves - 1e-9, WHOLE - moves + 1e-9)
        solved = lsq_linear(equations[usable], due[usable], bounds=bounds)
        before, moves = moves, np.clip(moves + solved.x, -WHOLE, WHOLE)
        if (moves == before).all():
            return None
    return None


def _groups(systems: Sequence[System], typed: bool) -> list[list[Scalar]]:
    """The scalars of all points that may be off, those that move as one together."""
    each = (s for system in systems for s in scalars(system.steps))
    return same_places([s for s in each if typed or not s.typed])


def _off(systems: Sequence[System]) -> int:
    return sum(p.off for system in systems for p in system.pairs)


def _differences(systems: Sequence[System], groups: Any, moves: Floats) -> tuple[Floats, Floats]:
    """Of all points, with every group moved by a part of its bound."""
    found = [system.differences(_moved(system, groups, moves)) for system in systems]
    return np.concatenate([d for d, _ in found]), np.concatenate([a for _, a in found])


def _moved(system: System, groups: Any, moves: Floats) -> dict[int, Balls]:
    record = system.pairs[0].true.record
    with flint.ctx.workprec(system.bits):
        return {
            step.number: as_balls(to_balls(step.value) + flint.arb(float(m * scalar.bound)))
            for group, m in zip(groups, moves, strict=True)
            for scalar in group
            for step in scalar.steps
            if step.record is record
        }


def _stacked(arrays: Iterable[Any]) -> Floats:
    return np.concatenate([np.ravel(np.real(array)) for array in arrays])
