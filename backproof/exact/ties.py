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
from backproof.exact.primitives.moves import Shared
from backproof.exact.record import Place, Step
from backproof.exact.rounding import samples
from backproof.verdict.decisions import COMPARED, CONVENTIONS, ISOLATED, SAMPLES, TIED


@dataclass(frozen=True, slots=True)
class Tie:
    """A decision and where it is a tie: an array of truth values of the decision's shape; of an
    order, by where an element is, the number of its equals.
    """

    step: Step
    where: Any

    @property
    def place(self) -> tuple[Any, ...]:
        """The piece of code, the calls that led there, what it does, and against which numbers: a
        library's function may compare several times.
        """
        place = self.step.place or Place("", 0)
        fixed = tuple(c for x in self.step.inputs if (c := _number(x)) is not None)
        return place, self.step.primitive.name, fixed

    def options(self) -> dict[str, Any]:
        """By the name of a convention, the decision with its ties taken so."""
        if self.step.primitive.name == "winner":
            return _winners(self.step, self.where)
        if self.step.primitive.name == "order":
            return _orders(self.step, self.where)
        if self.step.primitive.name == "sign":
            taken = {"below": -1.0, "above": 1.0, "between": 0.0}
        else:
            taken = {"true": True, "false": False, "half of each": 0.5}
        return {name: np.where(self.where, v, self.step.value) for name, v in taken.items()}


def _number(x: Step) -> float | None:
    """The one number that a constant is throughout; None for what is none."""
    while x.primitive.name == "move" and len(x.inputs) == 1:
        x = x.inputs[0]
    if x.primitive.name not in ("constant", "number") or not x.size:
        return None
    first = x.value.flat[0]
    return float(first) if (x.value == first).all() else None


def ties(decisions: Sequence[Step]) -> list[Tie]:
    """The ties among decisions: compared values within `TIED` units of what the rounding of the
    steps that led to them makes, or equal; inputs have no rounding there.
    """
    return [tie for step in decisions if (tie := _tie(step)) is not None]


def _tie(step: Step) -> Tie | None:
    margin = _margin(step)
    if margin is None or not np.any(np.abs(margin) <= _coarse(step)):
        return None
    near = TIED * _rounding(step)
    if step.primitive.name == "order":
        return _equals(step, near)
    where = np.abs(margin) <= near
    return Tie(step, np.broadcast_to(where, step.shape)) if where.any() else None


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
        return np.diff(np.sort(values[0], step.settings["axis"]), axis=step.settings["axis"])
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


def _equals(step: Step, near: Any) -> Tie | None:
    """The elements of an order that lie so near to the next one; all of them are one group."""
    axis, values = step.settings["axis"], step.inputs[0].value
    order = np.argsort(values, axis=axis, kind="stable")
    rows, around = (np.take_along_axis(x, order, axis) for x in (values, near))
    next_to = [
        np.take(around, k, axis) for k in (range(1, step.shape[axis]), range(step.shape[axis] - 1))
    ]
    apart = ~(np.diff(rows, axis=axis) <= np.maximum(*next_to))
    if apart.all():
        return None
    first = np.ones_like(np.take(order, [0], axis), dtype=bool)
    starts = np.moveaxis(np.concatenate([first, apart], axis), axis, -1)
    numbers = np.moveaxis(np.cumsum(starts).reshape(starts.shape) - 1, -1, axis)
    groups = np.empty_like(order)
    np.put_along_axis(groups, order, numbers, axis)
    return Tie(step, groups)


def _orders(step: Step, groups: Any) -> dict[str, Any]:
    axis, n = step.settings["axis"], step.shape[step.settings["axis"]]
    found = np.take_along_axis(groups, step.value, axis) * n
    places = np.expand_dims(np.arange(n), [k for k in range(step.ndim) if k != axis % step.ndim])
    there, back = (np.argsort(found + p, axis=axis) for p in (places, n - 1 - places))
    turned = np.empty_like(step.value)
    np.put_along_axis(turned, there, np.take_along_axis(step.value, back, axis), axis)
    return {
        "equals the other way round": turned,
        "equals in equal shares": Shared.among(step.value, groups),
    }


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
        if any(_differs(tie.options()[name], tie.step.value) for tie in group)
    ]


def _differs(option: Any, value: Any) -> bool:
    return isinstance(option, Shared) or not np.array_equal(option, value)


def alone(found: Sequence[Tie]) -> Iterator[tuple[Mapping[str, str], dict[int, Any]]]:
    """The conventions by which one line alone takes its ties otherwise than the run did, and those
    by which all that can do: of max(max(x, 0), 0) neither moves the slope alone.
    """
    choices = [(group, name) for group in _lines(found) for name in _others(group)]
    yield from (_convention([choice]) for choice in choices)
    yield from together(found)


def together(found: Sequence[Tie]) -> Iterator[tuple[Mapping[str, str], dict[int, Any]]]:
    """Those by which all lines that can take their ties otherwise than the run did, and alike."""
    choices = [(group, name) for group in _lines(found) for name in _others(group)]
    for name in dict.fromkeys(name for _, name in choices):
        yield _convention([choice for choice in choices if choice[1] == name])


def _lines(found: Sequence[Tie]) -> list[list[Tie]]:
    """The ties of each line together, from the output backwards."""
    lines: dict[tuple[Any, ...], list[Tie]] = {}
    for tie in sorted(found, key=lambda t: -t.step.number):
        lines.setdefault(tie.place, []).append(tie)
    return list(lines.values())


def _convention(taken: Iterable[tuple[list[Tie], str]]) -> tuple[dict[str, str], dict[int, Any]]:
    named: dict[str, str] = {}
    decided: dict[int, Any] = {}
    for group, name in taken:
        line = group[0].step.named
        named[line if line not in named else f"{line}, its comparison {len(named) + 1}"] = name
        if name != AS_IT_RAN:
            decided |= {tie.step.number: tie.options()[name] for tie in group}
    return named, decided
