"""A claim's backward pass as a program that can be run with a piece of it changed.

Everything is in float64, whatever dtype the run had, at its own point and at a second one a little
aside with another cotangent, so that no coincidence of numbers explains anything.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from backproof.diagnosis.families import Family, families
from backproof.exact.ancestry import ancestors
from backproof.exact.record import Step
from backproof.exact.reverse import gradients

Values = dict[int, Any]
"""Arrays by the numbers of steps."""
Change = Callable[..., Any]
"""(turn, the values of the inputs, all values of the point) to what a step's value is instead."""
Changes = Mapping[int, tuple[int, Change]]
"""By the number of a step, its turn and how it is computed instead."""
ALIKE = 1e-8
"""The part of an array's largest element up to which another one is the same: float64's rounding
after some cancellation.
"""
PART = 1 / 16
"""So much of what is wrong may be left by a change that mends, however coarse numbers are."""


@dataclass(frozen=True, eq=False)
class Program:
    """A claim's backward pass beside the truth.

    forward: the steps of the forward pass. claim: those of the backward pass, in order. outputs,
    truth: the claimed gradients and the true ones. adjoints: by the number of a step of the
    forward pass, its true adjoint. reverse: all steps that make them. points: the values of all
    steps, here and a little aside. given: the inputs and cotangents, the latter also by themselves;
    names: by the number of one, what it is called. near: the part up to which arrays are the same,
    which have numbers of the code in them as they are rounded in the run.
    """

    forward: Sequence[Step]
    claim: Sequence[Step]
    outputs: Mapping[str, Step]
    truth: Mapping[str, Step]
    adjoints: Mapping[int, Step]
    reverse: Sequence[Step]
    points: Sequence[Values]
    given: Sequence[Step] = ()
    cotangents: Sequence[Step] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    near: float = ALIKE

    @cached_property
    def wrong(self) -> frozenset[str]:
        """The tensors whose claimed gradient is not the true one."""
        return frozenset(n for n, part in self._apart.items() if not part <= self.near)

    @cached_property
    def _apart(self) -> dict[str, float]:
        here = self.points[0]
        return {
            n: apart(here[y.number], here[self.truth[n].number]) for n, y in self.outputs.items()
        }

    @property
    def end(self) -> int:
        """A number beyond all steps of the claim."""
        return self.claim[-1].number + 1 if self.claim else 0

    @cached_property
    def readers(self) -> dict[int, int]:
        """By the number of a step, the last step of the claim that reads it; none of a gradient."""
        found: dict[int, int] = {}
        for step in self.claim:
            for x in step.inputs:
                found[x.number] = step.number
        for y in self.outputs.values():
            found.pop(y.number, None)
        return found

    @cached_property
    def read(self) -> list[Step]:
        """The values that the claim reads, in their order."""
        found = {x.number: x for s in self.claim for x in s.inputs if x.is_float and x.size > 1}
        return [found[k] for k in sorted(found)]

    @cached_property
    def families(self) -> list[Family]:
        """The claim's float steps, those of one operation of a loop together, in order."""
        return families(self.claim)

    @cached_property
    def leading(self) -> dict[int, frozenset[str]]:
        """By the number of a step, the tensors whose claimed gradient depends on it."""
        found: dict[int, set[str]] = {}
        for n, y in self.outputs.items():
            for step in ancestors([y]):
                found.setdefault(step.number, set()).add(n)
        return {k: frozenset(v) for k, v in found.items()}

    def slopes(self, seeds: Mapping[Step, Any], by: Sequence[Step]) -> dict[int, Any]:
        """The derivative of weighed steps by others, by the numbers of these, at the point."""
        record, known = by[0].record, self.points[0]
        first = len(record.steps)
        found = gradients(seeds, by)
        values: Values = {}
        with np.errstate(all="ignore"):
            for s in record.steps[first:]:
                given = [
                    values[x.number] if x.number in values else known[x.number] for x in s.inputs
                ]
                values[s.number] = s.primitive.floats(*given, **s.settings) if s.inputs else s.value
        return {x.number: values[g.number] for x, g in zip(by, found, strict=True) if g is not None}

    def changed(self, number: int, changes: Changes) -> Any:
        """The value of a step at the point with a change of it alone."""
        here, (turn, change) = self.points[0], changes[number]
        given = [here[x.number] for x in self.claim[0].record.steps[number].inputs]
        with np.errstate(all="ignore"):
            return np.asarray(change(turn, given, here))

    def replayed(self, point: int, changes: Changes) -> Values:
        """The values of a point where steps are computed otherwise: changed ones alone."""
        known, found = self.points[point], Values()
        start, every = min(changes), ChainMap(found, known)
        with np.errstate(all="ignore"):
            for step in self.claim:
                if step.number < start:
                    continue
                change = changes.get(step.number)
                if change is None and not any(x.number in found for x in step.inputs):
                    continue
                given = [
                    found[x.number] if x.number in found else known[x.number] for x in step.inputs
                ]
                if change is not None:
                    found[step.number] = change[1](change[0], given, every)
                elif not step.primitive.decides:
                    found[step.number] = step.primitive.floats(*given, **step.settings)
        return found

    def mended(self, point: int, found: Values) -> frozenset[str]:
        """The wrong tensors that are made right; none, where a right one becomes wrong."""
        known, right = self.points[point], []
        for n, y in self.outputs.items():
            if y.number in found:
                left = self.near
                if n in self.wrong:
                    left = max(ALIKE, min(left, PART * self._apart[n]))
                if apart(found[y.number], known[self.truth[n].number]) <= left:
                    right.append(n)
                elif n not in self.wrong:
                    return frozenset()
        return frozenset(right) & self.wrong


def apart(a: Any, b: Any) -> float:
    """By how much an array differs from another one, as a part of the largest element of that."""
    a, b = np.asarray(a), np.asarray(b)
    most = np.abs(a - b).max(initial=0.0) if a.shape == b.shape else np.inf
    size = np.abs(b).max(initial=0.0)
    if not most:
        return 0.0
    return float(most / size) if size and np.isfinite(most) else float("inf")
