"""The smallest case that still detects: Hypothesis shrinks one that does, fewest layers first."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from backproof.architectures import Case, Dense, Drawn, Layer, Network

EXAMPLES = 256
"""So many random cases are tried at every depth before a deeper one is allowed."""
SEEDS = 32
SEARCH = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def minimal(case: Case, detects: Callable[[Case], bool], seed: int) -> Case:
    """The simplest case like a detected one: fewest layers, then narrowest, smallest, tamest.

    detects: whether a case still shows what is wrong. The same arguments give the same case. Where
    nothing simpler detects, also where the case itself does not, the case itself comes back.
    """
    known: dict[Case, bool] = {}

    def still(candidate: Case) -> bool:
        if candidate not in known:
            known[candidate] = detects(candidate)
        return known[candidate]

    for depth in range(len(case.network.layers) + 1):
        try:
            return find(simpler(case, depth), still, settings=SEARCH, random=Random(seed))
        except NoSuchExample:
            continue
    return case


def simpler(case: Case, depth: int) -> st.SearchStrategy[Case]:
    """Cases with `depth` of the case's layers, in their order, and nothing larger than its own."""
    network, data = case.network, case.data
    widest = max([network.inputs, *(shape[0] for _, shape, _ in network.shapes())])
    own = [(data.regime, data.seed)] if isinstance(data, Drawn) else []
    regimes = dict.fromkeys(["tame", "tied", *(regime for regime, _ in own)])
    simple = [(regime, seed) for regime in regimes for seed in range(SEEDS)]
    places = st.lists(
        st.sampled_from(range(len(network.layers)) or [0]),
        min_size=depth,
        max_size=depth,
        unique=True,
    )
    kept = places.flatmap(lambda js: st.tuples(*(_narrower(network.layers[j]) for j in sorted(js))))
    return st.builds(
        Case,
        network=st.builds(Network, st.integers(1, widest), kept, st.just(network.loss)),
        batch=st.integers(1, case.batch),
        dtype=st.sampled_from(sorted({"float64", case.dtype}, reverse=True)),
        data=st.sampled_from([*simple, *own]).map(lambda drawn: Drawn(*drawn)),
    )


def _narrower(layer: Layer) -> st.SearchStrategy[Layer]:
    if not isinstance(layer, Dense):
        return st.just(layer)
    return st.integers(1, layer.width).map(lambda width: replace(layer, width=width))
