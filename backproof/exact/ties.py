"""Ties: decisions that might as well have been taken otherwise, and the conventions for them.

At a tie a step's slope is a choice, and one convention holds for one line of code, reached by one
path of calls. A comparison may be taken as true, as false, or as half of each; of equal winners the
first may count, the last, or all in equal shares.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import numpy as np

from backproof.exact.evaluate import over_floats
from backproof.exact.primitives.decisions import MARGINS
from backproof.exact.record import Place, Step
from backproof.exact.rounding import samples
from backproof.verdict.decisions import COMPARED, CONVENTIONS, ISOLATED, SAMPLES, TIED


@dataclass(frozen=True, slots=True)
class Tie:
    """A decision and where it is a tie: an array of truth values of the decision's shape."""

    step: Step
    where: Any

    @property
    def place(self) -> tuple[Any, ...]:
        """The line of code, and the calls that led there."""
        place = self.step.place or Place("", 0)
        return place.file, place.line, place.calls

    def options(self) -> dict[str, Any]:
        """By the name of a convention, the decision with its ties taken so."""
        if self.step.primitive.name == "winner":
            return _winners(self.step, self.where)
        if self.step.primitive.name == "order":
            return {"the last of equals first": _reordered(self.step)}
        if self.step.primitive.name == "sign":
            taken = {"below": -1.0, "above": 1.0, "between": 0.0}
        else:
            taken = {"true": True, "false": False, "half of each": 0.5}
        return {name: np.where(self.where, v, self.step.value) for name, v in taken.items()}


def ties(decisions: Sequence[Step]) -> list[Tie]:
    """The ties among decisions: compared values within `TIED` units of what the rounding of the
    steps that led to them makes, or equal; inputs have no rounding there.
    """
    found = []
    for step in decisions:
        margin = _margin(step)
        if margin is None or not np.any(np.abs(margin) <= _coarse(step)):
            continue
        where = np.abs(margin) <= TIED * _rounding(step)
        if where.any():
            found.append(Tie(step, np.broadcast_to(where, step.shape)))
    return found


def _margin(step: Step) -> Any:
    """How far a decision is from being taken otherwise, element by element; None where unknown."""
    values = [x.value for x in step.inputs]
    name = step.primitive.name
    if name == "winner":
        axis = step.settings["axis"]
        best = np.expand_dims(np.where(step.value, values[0], 0).sum(axis=axis), axis)
        rest = np.where(step.value, np.inf, np.abs(values[0] - best))
        return np.where(step.value, rest.min(axis=axis, keepdims=True), rest)
    if name == "order":
        rows = np.take_along_axis(values[0], step.value, step.settings["axis"])
        gaps = np.diff(rows, axis=step.settings["axis"])
        return np.broadcast_to(np.abs(gaps).min(initial=np.inf), step.shape)
    with np.errstate(all="ignore"):
        return MARGINS[name](*values) if name in MARGINS and step.inputs[0].is_float else None


def _coarse(step: Step) -> Any:
    """More than any rounding of the compared values."""
    sizes = [np.abs(x.value).max(initial=0.0) for x in step.inputs if x.is_float]
    formats = [x.precision for x in step.inputs if x.precision]
    return max(sizes, default=0.0) * max((p.u for p in formats), default=0.0) * COMPARED


def _rounding(step: Step) -> Any:
    """The root mean square of the error of what is compared."""
    moving = [x for x in step.inputs if x.is_float]
    errors = [_broadcast(e, step.ndim) for e in samples(moving, SAMPLES, inputs=False)]
    if len(errors) == 2:
        apart = errors[0] - errors[1]
    elif step.primitive.name in ("winner", "order"):
        apart = errors[0] * np.sqrt(2.0)
    else:
        apart = errors[0]
    return np.sqrt(np.mean(np.abs(apart) ** 2, axis=0))


def _broadcast(errors: Any, ndim: int) -> Any:
    """Samples in front of axes that broadcast to a decision's."""
    return errors.reshape(len(errors), *[1] * (ndim + 1 - errors.ndim), *errors.shape[1:])


def _winners(step: Step, where: Any) -> dict[str, Any]:
    axis = step.settings["axis"]
    among = where | step.value
    count = among.sum(axis=axis, keepdims=True)
    before = np.cumsum(among, axis=axis)
    return {
        "the first": among & (before == 1),
        "the last": among & (before == count),
        "all in equal shares": np.where(among, 1.0 / count, 0.0),
    }


def _reordered(step: Step) -> Any:
    """The order with equal elements the other way round."""
    axis = step.settings["axis"]
    values = np.flip(step.inputs[0].value, axis)
    return step.shape[axis] - 1 - np.argsort(values, axis=axis, kind="stable")


AS_IT_RAN = "as it ran"
EQUALITIES = ("equal", "not_equal")


def isolated(steps: Sequence[Step], inputs: Mapping[str, Step], seed: int = 0) -> dict[int, Any]:
    """The comparisons for equality that hold at this very point and to neither side of it, as they
    are there: the branch that they lead to has one point, and its slope is nobody's.
    """
    found = [s for s in steps if s.primitive.name in EQUALITIES and s.inputs[0].is_float]
    met = [s for s in found if np.any(s.value == (s.primitive.name == "equal"))]
    if not met:
        return {}
    random = np.random.default_rng(seed)
    ways = {n: random.choice([-1.0, 1.0], x.shape) for n, x in inputs.items()}
    sides = [
        over_floats(met, {n: _aside(x.value, ways[n] * h) for n, x in inputs.items()}, afresh=True)
        for h in (ISOLATED, -ISOLATED)
    ]
    decided = {}
    for step, ahead, behind in zip(met, *sides, strict=True):
        alone = (ahead == behind) & (ahead != step.value)
        if alone.any():
            decided[step.number] = np.where(alone, ahead, step.value)
    return decided


def _aside(value: Any, step: Any) -> Any:
    return (
        value + step * np.where(value == 0, 1.0, np.abs(value))
        if value.dtype.kind == "f"
        else value
    )


def conventions(found: Sequence[Tie]) -> Iterator[tuple[Mapping[str, str], dict[int, Any]]]:
    """Conventions for ties, one for each line: what each line takes, and the decisions so taken.

    Lines from the output backwards, whose conventions change first; at most `CONVENTIONS` of all.
    """
    lines = _lines(found)
    choices = [[AS_IT_RAN, *_others(group)] for group in lines]
    for backwards in islice(product(*reversed(choices)), CONVENTIONS):
        yield _convention(zip(lines, reversed(backwards), strict=True))


def _others(group: Sequence[Tie]) -> list[str]:
    """The conventions of a line that are not what the run itself took at every tie."""
    return [
        name
        for name in group[0].options()
        if any(not np.array_equal(tie.options()[name], tie.step.value) for tie in group)
    ]


def alone(found: Sequence[Tie]) -> Iterator[tuple[Mapping[str, str], dict[int, Any]]]:
    """The conventions by which one line alone takes its ties otherwise than the run did."""
    for group in _lines(found):
        for name in _others(group):
            yield _convention([(group, name)])


def _lines(found: Sequence[Tie]) -> list[list[Tie]]:
    """The ties of each line together, from the output backwards."""
    lines: dict[tuple[Any, ...], list[Tie]] = {}
    for tie in sorted(found, key=lambda t: -t.step.number):
        lines.setdefault((tie.place, tie.step.primitive.name), []).append(tie)
    return list(lines.values())


def _convention(taken: Iterable[tuple[list[Tie], str]]) -> tuple[dict[str, str], dict[int, Any]]:
    named: dict[str, str] = {}
    decided: dict[int, Any] = {}
    for group, name in taken:
        named[group[0].step.named] = name
        if name != AS_IT_RAN:
            decided |= {tie.step.number: tie.options()[name] for tie in group}
    return named, decided
