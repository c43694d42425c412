"""The conventions for ties: one for a line of code, reached by one path of calls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import Shared
from backproof.exact.record import Step
from backproof.exact.ties import Tie
from backproof.verdict.decisions import CONVENTIONS

AS_IT_RAN = "as it ran"


def options(tie: Tie) -> dict[str, Any]:
    """By the name of a convention, the decision with its ties taken so: a comparison as true, as
    false, or as half of each; of equal winners the first, the last, or all in equal shares.
    """
    if tie.step.primitive.name == "winner":
        return _winners(tie.step, tie.where)
    if tie.step.primitive.name == "order":
        return _orders(tie.step, tie.where)
    if tie.step.primitive.name == "sign":
        taken = {"below": -1.0, "above": 1.0, "between": 0.0}
    else:
        taken = {"true": True, "false": False, "half of each": 0.5}
    return {name: np.where(tie.where, v, tie.step.value) for name, v in taken.items()}


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
        for name in options(group[0])
        if any(_differs(options(tie)[name], tie.step.value) for tie in group)
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
            decided |= {tie.step.number: options(tie)[name] for tie in group}
    return named, decided
