"""Hypotheses: the truth of something else, an operand transposed, read backwards or reshaped."""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np

from backproof.diagnosis.axes import AXES, reductions
from backproof.diagnosis.deviation import Deviation, answer, as_floats
from backproof.diagnosis.evidence import Arrays, Evidence, Floats
from backproof.diagnosis.graph import Step
from backproof.diagnosis.jacobians import true_jacobian

Elsewhere = tuple[str, Arrays]
"""What is done to an input, and the truth there."""
MOST = 5
"""Cotangents that have more axes, a split one counted twice, have too many orders to try."""


def transposed_operand(s: Deviation) -> str | None:
    """claimed = the truth where an input has its last two axes exchanged."""
    for words, gradients in _transposed(s.evidence):
        if s.explained_by(as_floats(gradients.get(s.name))):
            return words
    return None


def reshaped_cotangent(s: Deviation) -> str | None:
    """claimed = the truth where the numbers of dy are in the order that a reshape gives them."""
    dy, J = s.evidence.dy, true_jacobian(s.evidence, s.name)
    if dy is None or J is None or dy.ndim < 2:
        return None
    for words, moved in _orders(dy):
        if s.explained_by((moved.ravel() @ J).reshape(s.true.shape)):
            return words
    return None


def turned_operand(s: Deviation) -> str | None:
    """claimed = the truth where an input, or dy and the result, is read backwards."""
    for words, gradients in _turned(s.evidence):
        if s.explained_by(as_floats(gradients.get(s.name))):
            return words
    dy, J = s.evidence.dy, true_jacobian(s.evidence, s.name)
    for axes in _some(dy.ndim) if dy is not None and J is not None else ():
        assert dy is not None and J is not None
        turned = (np.flip(dy, axes).ravel() @ J).reshape(s.true.shape)
        if s.explained_by(turned):
            return f"dy is read backwards along axis {_listed(axes)}"
        if max(axes) < s.true.ndim and s.explained_by(np.flip(turned, axes)):
            return f"it runs along axis {_listed(axes)} in the wrong direction"
    return None


def other_axis(s: Deviation) -> str | None:
    """claimed = what reaches a tensor that was spread over an array, added up over other axes."""
    for step, part in _reaching(s.evidence, s.name):
        for shape in _spread(s.evidence, part.size, s.true.shape):
            for how, axes, total in reductions(part.reshape(shape)):
                if total.size == s.true.size and s.explained_by(total.reshape(s.true.shape)):
                    return f"the {how} over axis {axes} of what comes back from {step}"
    return None


def _reaching(evidence: Evidence, name: str) -> Iterator[tuple[Step, Floats]]:
    """What comes back to a tensor from the only step that uses it, use by use."""
    graph = evidence.graph
    if graph is None or name not in graph.inputs or not graph.inputs[name].size:
        return
    uses = np.flatnonzero(np.isin(graph.parent, graph.inputs[name]))
    steps = np.unique(graph.kind[graph.child[uses]])
    if len(steps) == 1 and np.isfinite(graph.slope).all():
        back = graph.slope * graph.adjoints(graph.slope)[graph.child]
        yield graph.steps[int(steps[0])], back[uses[np.argsort(graph.child[uses])]]


def _spread(evidence: Evidence, size: int, shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The shapes of so many numbers: of other arrays, and of the tensor with one axis before."""
    shapes = {np.shape(x) for x in (evidence.dy, *evidence.numbers.values()) if x is not None}
    own = math.prod(shape)
    shapes |= {(size // own, *shape)} if size % own == 0 else set()
    yield from sorted(s for s in shapes if math.prod(s) == size and 1 < len(s) <= AXES)


@lru_cache(maxsize=2)
def _transposed(evidence: Evidence) -> tuple[Elsewhere, ...]:
    return tuple(
        (f"{name} is taken transposed", _truth_with(evidence, name, x.swapaxes(-1, -2)))
        for name, x in evidence.numbers.items()
        if x.ndim > 1 and x.shape[-1] == x.shape[-2] > 1
    )


@lru_cache(maxsize=2)
def _turned(evidence: Evidence) -> tuple[Elsewhere, ...]:
    return tuple(
        (
            f"{name} is read backwards along axis {_listed(axes)}",
            _truth_with(evidence, name, np.flip(x, axes)),
        )
        for name, x in evidence.numbers.items()
        for axes in _some(x.ndim)
        if math.prod(x.shape[a] for a in axes) > 1
    )


def _truth_with(evidence: Evidence, name: str, x: Floats) -> Arrays:
    return answer(evidence.true_at, {**evidence.inputs, name: x})


def _some(ndim: int) -> Iterator[tuple[int, ...]]:
    """One axis or two."""
    for count in (1, 2):
        yield from combinations(range(ndim), count)


def _orders(dy: Floats) -> Iterator[tuple[str, Floats]]:
    """dy with its numbers as they come where a transpose is forgotten, one axis split or none."""
    for words, shape in _shapes(dy.shape):
        for order in permutations(range(len(shape))) if len(shape) <= MOST else ():
            if order != tuple(range(len(shape))):
                back = np.argsort(order)
                there = tuple(shape[k] for k in order)
                moved = dy.reshape(there).transpose(back).reshape(dy.shape)
                yield f"dy is reshaped to {there}, where it has to be {words}transposed", moved


def _shapes(shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "", shape
    for axis, n in enumerate(shape):
        for k in range(2, n):
            if n % k == 0 and math.prod(shape) > n:
                split = (*shape[:axis], k, n // k, *shape[axis + 1 :])
                yield f"split to {split} and ", split


def _listed(axes: tuple[int, ...]) -> str:
    return " and ".join(map(str, axes))
