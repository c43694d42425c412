"""Random cases, any or such as show a fault: Hypothesis draws the structure, a seed the rest."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from backproof import manual
from backproof.architectures import Case, Dense, DType, Layer, Loss
from backproof.architectures.strategies import ACTIVATIONS, LOSSES, MAX_BLOCKS, MAX_WIDTH, cases

ROUNDS = 20
"""So many times the draw is repeated to make up for cases that were drawn before."""
PATIENCE = 200
"""So many cases with the layer at fault are tried before a fault counts as missed."""


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
        found = _draw(matching, count, seed * ROUNDS + again)
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


def _draw(strategy: st.SearchStrategy[Case], count: int, seed: int) -> list[Case]:
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


@lru_cache(maxsize=64)
def cases_with(kind: type, dtype: DType, seed: int, n: int = PATIENCE) -> tuple[Case, ...]:
    """`n` random cases in a dtype with a layer, or the loss, of a kind; the same for a seed."""
    known: tuple[Layer | Loss, ...] = (*ACTIVATIONS, *LOSSES)
    of_kind: st.SearchStrategy[Any] = st.integers(1, MAX_WIDTH).map(Dense)
    if kind is not Dense:
        of_kind = st.sampled_from([one for one in known if type(one) is kind])

    def put(case: Case, one: Any, place: int) -> Case:
        network = case.network
        k = place % (len(network.layers) + 1)
        layers = (*network.layers[:k], one, *network.layers[k:])
        changed = {"loss": one} if kind in manual.LOSS_RULES else {"layers": layers}
        return replace(case, dtype=dtype, network=replace(network, **changed))

    return tuple(_draw(st.builds(put, cases, of_kind, st.integers(0, 2 * MAX_BLOCKS)), n, seed))
