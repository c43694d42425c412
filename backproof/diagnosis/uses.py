"""Hypotheses: of a number's several uses, or of a sum's several terms, a single one is counted."""

from functools import lru_cache

import numpy as np

from backproof.diagnosis.deviation import Deviation
from backproof.diagnosis.evidence import Evidence, Floats
from backproof.diagnosis.graph import Graph, Ints, Mask

ENDS = ("last", "first")
TERMS = 4
"""So many of the first and of the last terms of a sum are tried."""


def one_use(s: Deviation) -> str | None:
    """claimed = the truth with one contribution to each element, of all that one step makes.

    Or with none, where the claim is zero: what was assigned there has been overwritten.
    """
    graph = s.evidence.graph
    if graph is None or s.name not in graph.inputs:
        return None
    contributions = _contributions(s.evidence)
    numbers = graph.inputs[s.name]
    mine = np.isin(graph.parent, numbers)
    for step in np.unique(graph.kind[graph.child[mine]]):
        used = mine & (graph.kind[graph.child] == step)
        for uses in (used, used & (contributions != 0)):
            for end in ENDS:
                lost = uses & ~_kept(graph, uses, end)
                less = np.bincount(graph.parent[lost], contributions[lost], len(graph.kind))
                h = s.true - less[numbers]
                if s.explained_by(np.where(s.claimed == 0, 0.0, h)) and _shown(s, h):
                    which = "each element" if uses is used else "each element that counts"
                    return f"of the uses of {which} in {graph.steps[step]} the {end} counts alone"
    return None


def one_use_everywhere(s: Deviation) -> str | None:
    """claimed = the truth where every number on the way has the gradient of a single use."""
    for end in ENDS:
        gradients = _single(s.evidence, end)
        if gradients and s.explained_by(gradients[s.name]):
            return f"of the uses of every number on the way the {end} counts alone"
    return None


def one_term(s: Deviation) -> str | None:
    """claimed = the truth of one term of a sum, as it is or as all of them."""
    for words, terms, without, alone in _terms(s.evidence):
        if s.name in without:
            part = alone[s.name] - without[s.name]
            for times in (1.0, float(terms), 1 / terms):
                if s.explained_by(without[s.name] + times * part):
                    share = "" if times == 1 else f", times {times:.6g}"
                    return f"{words}{share}"
    return None


def _shown(s: Deviation, h: Floats) -> bool:
    """Whether a hypothesis explains something besides zeros."""
    return bool((s.told_apart(h) & s.right(h) & (s.claimed != 0)).any())


@lru_cache(maxsize=2)
def _contributions(evidence: Evidence) -> Floats:
    """What every edge adds to the derivative by its operand."""
    graph = evidence.graph
    assert graph is not None
    return np.asarray(graph.slope * graph.adjoints(graph.slope)[graph.child])


def _kept(graph: Graph, uses: Mask, end: str) -> Mask:
    """Of the uses of each number the edges that belong to the first, or to the last."""
    edges = np.flatnonzero(uses)
    ordered = edges if end == "first" else edges[::-1]
    _, first = np.unique(graph.parent[ordered], return_index=True)
    chosen = ordered[first]
    child = np.full(len(graph.kind), -1)
    child[graph.parent[chosen]] = graph.child[chosen]
    return uses & (child[graph.parent] == graph.child)


@lru_cache(maxsize=4)
def _single(evidence: Evidence, end: str) -> dict[str, Floats]:
    graph = evidence.graph
    if graph is None:
        return {}
    edges = np.flatnonzero(_contributions(evidence))
    edges = edges if end == "first" else edges[::-1]
    _, first = np.unique(graph.parent[edges], return_index=True)
    kept = np.zeros_like(graph.slope)
    kept[edges[first]] = graph.slope[edges[first]]
    return graph.gradients(kept)


Term = tuple[str, int, dict[str, Floats], dict[str, Floats]]


@lru_cache(maxsize=2)
def _terms(evidence: Evidence) -> tuple[Term, ...]:
    """For each sum, and each of its first and last terms: the gradients without any, and of it."""
    graph = evidence.graph
    if graph is None:
        return ()
    found = []
    for k, step in enumerate(graph.steps):
        if step.file and step.op in ("add", "sub"):
            into = (graph.kind[graph.child] == k) & np.isfinite(graph.slope)
            terms, place = _places(graph, into, k)
            without = graph.gradients(np.where(place >= 0, 0.0, graph.slope)) if terms > 1 else {}
            for j in sorted({*range(min(terms, TERMS)), *range(max(terms - TERMS, 0), terms)}):
                if terms > 1:
                    one = np.where((place >= 0) & (place != j), 0.0, graph.slope)
                    words = f"term {j} of the {terms} that {step} adds up counts alone"
                    found.append((words, terms, without, graph.gradients(one)))
    return tuple(found)


def _places(graph: Graph, into: Mask, kind: int) -> tuple[int, Ints]:
    """Of the edges into sums that were built up number by number: which term each one brings.

    -1 of all other edges, and of those from one part of a sum to the next. No terms, where sums
    of one step have different numbers of them.
    """
    place = np.full(len(graph.child), -1)
    inside = into & (graph.kind[graph.parent] == kind)
    sums: dict[int, int] = {}
    for child, parent in zip(graph.child[inside], graph.parent[inside], strict=True):
        sums[int(child)] = sums.get(int(parent), int(parent))
    terms: dict[int, int] = {}
    for edge in np.flatnonzero(into & ~inside):
        child = int(graph.child[edge])
        whole = sums.get(child, child)
        place[edge] = terms[whole] = terms.get(whole, -1) + 1
    counts = set(terms.values())
    return (counts.pop() + 1 if len(counts) == 1 else 0), place
