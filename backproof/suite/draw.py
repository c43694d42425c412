"""Random cases for a campaign: Hypothesis draws the structure, one seed decides all of it."""

import re

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy

from backproof.architectures import Case
from backproof.architectures.strategies import cases

ROUNDS = 20
"""So many times the draw is repeated to make up for cases that were drawn before."""


class NoSuchCase(ValueError):
    """Not enough different cases match; the message says how many there are."""


def draw_cases(count: int, seed: int, only: str = "") -> list[Case]:
    """`count` different cases, the same for the same arguments.

    only: a regular expression that a case's line must match somewhere, like "GELU.*float32".
    Raises `NoSuchCase` where the expression leaves too few, `re.error` where it is none.
    """
    pattern = re.compile(only)
    matching = cases.filter(lambda case: pattern.search(str(case)) is not None)
    drawn: dict[str, Case] = {}
    for again in range(ROUNDS):
        found = draw(matching, count, seed * ROUNDS + again)
        for case in found:
            if len(drawn) < count:
                drawn.setdefault(case.id, case)
        if len(drawn) == count:
            return list(drawn.values())
        if not found:
            break
    raise NoSuchCase(
        f"{len(drawn)} different cases match {only!r}, not {count}: ask for fewer with --cases, or "
        "match more; a case reads '3 > Dense(2) > ReLU > Huber[mean] · batch 4 · float32 · tame'"
    )


def draw(strategy: SearchStrategy[Case], count: int, seed: int) -> list[Case]:
    """Up to `count` cases of a strategy, the same for a seed; some may be equal."""
    drawn: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(case: Case) -> None:
        drawn.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return drawn
