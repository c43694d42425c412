"""Is it the same answer? And if it is not: does state change it, or chance?"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from backproof.checks.behaviour.notebook import Notebook
from backproof.exact.precision import Array
from backproof.verdict.decisions import ON_THE_LINE, REPEATS, ULPS

Answer = Mapping[str, Array]


def same(a: Array, b: Array) -> bool:
    """Whether two answers differ by no more than the order of additions may change."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
        return True
    kind = a.dtype if a.dtype.kind == "f" else np.float64
    with np.errstate(all="ignore"):
        wide = np.promote_types(kind, np.float64)
        apart, size = np.abs(a.astype(wide) - b), np.abs(b.astype(wide))
    return bool(apart.max() <= ULPS * np.finfo(kind).eps * size.max())


def carried(answers: Sequence[Array]) -> bool:
    """Whether answers to the same question, in order, change as state makes them change.

    It does where they are all alike, or move along one line and in one direction: what adds to
    the last answer, decays or counts calls does that, and what draws numbers does not.
    """
    steps = [(b - a).ravel().astype(np.float64) for a, b in pairwise(answers)]
    if not any(step.any() for step in steps):
        return True
    line = max(steps, key=lambda step: float(np.abs(step).max()))
    with np.errstate(all="ignore"):
        shares = [float(step @ line / (line @ line)) for step in steps]
        off = [np.abs(s - k * line).max() for s, k in zip(steps, shares, strict=True)]
        near = bool(max(off) <= ON_THE_LINE * np.abs(line).max())
    return near and min(shares) >= 0


def differing(first: Answer, second: Answer) -> list[str]:
    """The tensors of which the two answers differ."""
    return [name for name in first if name not in second or not same(first[name], second[name])]


def report_change(
    book: Notebook, who: str, first: Answer, second: Answer, again: Callable[[], Answer]
) -> None:
    """Tell state (BP210) from chance (BP211), tensor by tensor, by asking again and again."""
    names = [name for name in differing(first, second) if name in second]
    answers = [first, second, *(again() for _ in range(REPEATS if names else 0))]
    for name in names:
        row = [answer[name] for answer in answers if name in answer]
        if any(a.shape != b.shape for a, b in pairwise(row)):
            book.report("BP211", name, f"{who} returns another shape at every call")
            continue
        apart = f"up to {np.abs(row[1] - row[0]).max():.3g} apart"
        if not carried(row[1:]):
            book.report("BP211", name, f"{who} answers otherwise at every call, {apart}")
        elif same(row[-1], row[1]):
            book.report("BP210", name, f"{who} answers otherwise after other calls, {apart}")
        else:
            detail = f"{who} moves on from its last answer at every call, {apart}"
            book.report("BP210", name, detail)
