"""Hypotheses: the gradient belongs to a forward pass without a bound, or without an epsilon."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, groupby
from typing import Any

import numpy as np

from backproof.diagnosis.deviation import Deviation, answer
from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.extremes import extreme
from backproof.diagnosis.written import cited
from backproof.exact.place import Place
from backproof.exact.record import Step

LARGEST_EPSILON = 0.1


@dataclass(frozen=True, slots=True)
class Missing:
    """A bound or an epsilon at one place. decided: the steps that are others without it."""

    what: str
    place: Place
    side: str
    constants: tuple[float, ...]
    decided: Mapping[int, Any]


def mask_left_out(s: Deviation) -> str | None:
    """claimed = the truth of a forward pass in which nothing is cut off at 0."""
    for missing, gradients in _without(s.evidence):
        cut = missing.what == "bound" and missing.constants == (0.0,)
        if cut and s.explained_by(gradients.get(s.name)):
            return f"not set to zero where {cited(missing.place)} cuts off"
    return None


def other_forward(s: Deviation) -> str | None:
    """claimed = the truth of a forward pass without one bound or small constant, or without both
    bounds of one place.
    """
    for missing, gradients in _without(s.evidence):
        if s.explained_by(gradients.get(s.name)):
            values = " and ".join(f"{constant:.6g}" for constant in missing.constants)
            several = "s" if len(missing.constants) > 1 else ""
            return (
                f"right without the {missing.what}{several} of {values} in {cited(missing.place)}"
            )
    return None


@lru_cache(maxsize=2)
def _without(evidence: Evidence) -> tuple[tuple[Missing, Mapping[str, Floats]], ...]:
    """What can be missing, each with the truth of the forward pass without it."""
    way = evidence.way_back
    found = sorted(_removable(way.program.forward) if way else (), key=_site)
    single = []
    for _, turns in groupby(found, key=_site):
        same = list(turns)
        decided = {k: v for m in same for k, v in m.decided.items()}
        single.append(
            Missing(same[0].what, same[0].place, same[0].side, same[0].constants, decided)
        )
    pairs = [
        Missing("bound", a.place, "", a.constants + b.constants, {**a.decided, **b.decided})
        for a, b in combinations(single, 2)
        if a.what == b.what == "bound" and a.place == b.place and a.side != b.side
    ]
    every = [*single, *pairs]
    return tuple((m, answer(evidence.true_where, m.decided)) for m in every)


def _site(missing: Missing) -> tuple[Any, ...]:
    place = missing.place
    return place.file, place.line, place.start or 0, place.end or 0, missing.what, missing.side


def _removable(forward: Any) -> Iterator[Missing]:
    for step in forward:
        sides = step.inputs[1:] if step.primitive.name == "choose" else step.inputs
        constants = [x for x in sides if x.primitive.name == "constant"]
        if step.place is None or len(constants) != 1:
            continue
        number, size = float(np.ravel(constants[0].value)[0]), np.abs(constants[0].value)
        if step.primitive.name == "choose" and extreme(step):
            yield Missing("bound", step.place, extreme(step), (number,), _open(step, constants[0]))
        elif step.primitive.name == "add" and size.min() > 0 and size.max() <= LARGEST_EPSILON:
            x = constants[0]
            yield Missing("epsilon", step.place, "", (number,), {x.number: np.zeros(x.shape)})


def _open(step: Step, bound: Step) -> dict[int, Any]:
    """A choice that never takes the bound."""
    return {step.inputs[0].number: np.full(step.inputs[0].shape, step.inputs[1] is not bound)}
