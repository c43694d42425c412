"""Random cases that a fault can show in: each has a layer, or the loss, of the kind at fault."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from backproof import manual
from backproof.architectures import Case, Dense, DType, Layer, Loss
from backproof.architectures.strategies import ACTIVATIONS, LOSSES, MAX_BLOCKS, MAX_WIDTH, cases
from backproof.suite.draw import draw

PATIENCE = 200
"""So many cases with the layer at fault are tried before a fault counts as missed."""


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

    return tuple(draw(st.builds(put, cases, of_kind, st.integers(0, 2 * MAX_BLOCKS)), n, seed))
