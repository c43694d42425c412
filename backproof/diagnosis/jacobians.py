"""Hypotheses that look at whole Jacobians: by the cotangent, or between two steps on the way."""

from functools import lru_cache
from itertools import combinations

import numpy as np

from backproof.diagnosis.deviation import COARSE, Deviation, answer, as_floats, largest
from backproof.diagnosis.evidence import Evidence, Floats, Run
from backproof.diagnosis.graph import Graph, Ints

MOST_CALLS = 128
"""A cotangent of more numbers is not taken apart."""
MOST_NUMBERS = 2**22
"""So many numbers are kept of a Jacobian."""
MOST_INNER = 64
MOST_TANGENTS = 2**19
"""Steps of more numbers have no inner Jacobian taken, nor those with so many tangents."""
NEAR = 1e-9
"""What is a smaller part of the largest number is zero, or equal."""


def diagonal(s: Deviation) -> str | None:
    """claimed = diag(J) dy, for the J that the truth shows, or for y (1 - y)."""
    dy, y = s.evidence.dy, as_floats(s.evidence.output)
    if dy is None or dy.shape != s.true.shape:
        return None
    if y is not None and y.shape == dy.shape and s.explained_by(y * (1 - y) * dy):
        return "y (1 - y) dy: the diagonal of the Jacobian of a softmax, without the rest"
    J = true_jacobian(s.evidence, s.name)
    if J is not None and s.explained_by(np.diagonal(J).reshape(dy.shape) * dy):
        return "the diagonal of the Jacobian times dy, without the rest"
    return None


def inner_diagonal(s: Deviation) -> str | None:
    """claimed = the truth with diag(J) for the J of one step by an earlier one."""
    for words, extra in _inner(s.evidence):
        if s.name in extra and s.explained_by(s.true + extra[s.name]):
            return words
    return None


def wrong_mixing(s: Deviation) -> str | None:
    """By its Jacobian the claim adds up along other axes than the truth does."""
    dy = s.evidence.dy
    if dy is None or dy.shape != s.true.shape or dy.ndim < 2:
        return None
    true, claimed = true_jacobian(s.evidence, s.name), claimed_jacobian(s.evidence, s.name)
    if true is None or claimed is None:
        return None
    should, does = _mixed(true, dy.shape), _mixed(claimed, dy.shape)
    if not should or not does or should == does:
        return None
    return f"it adds up along axis {_listed(does)}, where axis {_listed(should)} is right"


@lru_cache(maxsize=8)
def true_jacobian(evidence: Evidence, name: str) -> Floats | None:
    """The derivative of a tensor's gradient by dy: a row for each number of dy."""
    return _jacobian(evidence, name, evidence.true_rerun)


@lru_cache(maxsize=8)
def claimed_jacobian(evidence: Evidence, name: str) -> Floats | None:
    """The same of the claim, as far as that is linear in dy."""
    return _jacobian(evidence, name, evidence.rerun)


def _jacobian(evidence: Evidence, name: str, run: Run | None) -> Floats | None:
    dy, size = evidence.dy, int(np.size(evidence.true[name]))
    if dy is None or run is None or dy.size > MOST_CALLS or dy.size * size > MOST_NUMBERS:
        return None
    rows = []
    for k in range(dy.size):
        row = as_floats(answer(run, np.eye(1, dy.size, k).reshape(dy.shape)).get(name))
        if row is None or row.size != size or not np.isfinite(row).all():
            return None
        rows.append(row.ravel())
    J, whole = np.array(rows), as_floats(answer(run, dy).get(name))
    if whole is None or largest(dy.ravel() @ J - whole.ravel()) > COARSE * largest(whole):
        return None  # not linear
    return J


def _mixed(J: Floats, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes along which an element depends on others of the cotangent."""
    out, into = np.nonzero(np.abs(J) > NEAR * largest(J))
    places = zip(np.unravel_index(out, shape), np.unravel_index(into, shape), strict=True)
    return tuple(axis for axis, (a, b) in enumerate(places) if (a != b).any())


def _listed(axes: tuple[int, ...]) -> str:
    return " and ".join(map(str, axes))


@lru_cache(maxsize=2)
def _inner(evidence: Evidence) -> tuple[tuple[str, dict[str, Floats]], ...]:
    """What the diagonal of the Jacobian changes between two steps of as many numbers each."""
    graph = evidence.graph
    if graph is None:
        return ()
    adjoints, found = graph.adjoints(graph.slope), []
    members = [np.flatnonzero(graph.kind == k) for k in range(len(graph.steps))]
    most = min(MOST_INNER, MOST_TANGENTS // len(graph.kind))
    sized = [k for k, m in enumerate(members) if 1 < len(m) <= most]
    for a, pairs in _pairs(sized, members):
        start = np.zeros((len(graph.kind), len(members[a])))
        start[members[a], np.arange(len(members[a]))] = 1
        tangents = graph.tangents(start)
        for b in pairs:
            extra = _diagonal_instead(graph, adjoints, members[a], members[b], tangents)
            if extra is not None:
                between = f"{graph.steps[b]} by {graph.steps[a]}"
                found.append((f"the diagonal of the Jacobian of {between} alone", extra))
    return tuple(found)


def _pairs(sized: list[int], members: list[Ints]) -> list[tuple[int, list[int]]]:
    found: dict[int, list[int]] = {}
    for a, b in combinations(sized, 2):
        if len(members[a]) == len(members[b]) and members[a].max() < members[b].min():
            found.setdefault(a, []).append(b)
    return list(found.items())


def _diagonal_instead(
    graph: Graph, adjoints: Floats, a: Ints, b: Ints, tangents: Floats
) -> dict[str, Floats] | None:
    """What the diagonal changes; None where there is no more, or where a goes round b."""
    J = tangents[b]
    elsewhere = J.T @ adjoints[b] - adjoints[a]
    off = J - np.diag(np.diagonal(J))
    diagonal_already = largest(off) <= NEAR * largest(J)
    if diagonal_already or largest(elsewhere) > NEAR * largest(adjoints[a]):
        return None
    seed = np.zeros(len(graph.kind))
    seed[a] = np.diagonal(J) * adjoints[b] - adjoints[a]
    return graph.by_name(graph.adjoints(graph.slope, seed))
