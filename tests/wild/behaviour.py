"""Ways to misbehave, each as a question to a claim; asked of right ones, the answer is no."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import combinations
from typing import Any

import numpy as np

from wild.claim import WildClaim
from wild.trial import Posed, claimed, copied, floats, pose, tensors

PATIENCE = 0.4
"""Seconds; no claim that ends takes a tenth of it."""


class OutOfPatience(BaseException):
    """Raised in the midst of what does not end; no `except Exception` of a claim catches it."""


@contextmanager
def patience() -> Iterator[None]:
    """Interrupts what takes longer than `PATIENCE`."""

    def interrupt(*_: Any) -> None:
        raise OutOfPatience

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def raises(posed: Posed) -> bool:
    """Whether the gradient ends in an exception."""
    try:
        claimed(posed)
    except Exception:
        return True
    return False


def hangs(posed: Posed) -> bool:
    """Whether the gradient has not ended when patience has."""
    try:
        with patience(), suppress(Exception):
            claimed(posed)
    except OutOfPatience:
        return True
    return False


def nothing(posed: Posed) -> bool:
    """Whether None stands where a gradient should."""
    return any(g is None for g in claimed(posed).values())


def other_structure(posed: Posed) -> bool:
    """Whether gradients go by other names than their arguments."""
    return not nothing(posed) and set(claimed(posed)) != set(tensors(posed.args))


def other_shape(posed: Posed) -> bool:
    """Whether a gradient is shaped unlike its argument."""
    got = claimed(posed)
    return any(np.shape(got[p]) != x.shape for p, x in tensors(posed.args).items() if p in got)


def gradient_not_finite(posed: Posed) -> bool:
    """Whether a gradient is no finite number."""
    return not all(np.isfinite(g).all() for g in floats(list(claimed(posed).values())))


def loss_not_finite(posed: Posed) -> bool:
    """Whether the loss is no finite number."""
    return not np.isfinite(posed.loss(*copied(posed.args)))


def changes_input(posed: Posed) -> bool:
    """Whether an argument is another after a call of the loss, or of the gradient."""
    for function in (posed.loss, posed.gradient):
        given = copied(posed.args)
        function(*given)
        if not _same(floats(given), floats(posed.args)):
            return True
    return False


def changes_cache(posed: Posed) -> bool:
    """Whether backward gives something else when it meets the same cache again."""
    if posed.forward is None or posed.backward is None or remembers(posed):
        return False
    _, cache = posed.forward(*copied(posed.args))
    first, again = (_kept(posed.backward(copied(posed.dy), cache)) for _ in range(2))
    return not _same(first, again)


def remembers(posed: Posed) -> bool:
    """Whether a second call, forward and backward, gives something else."""
    first, again = (_kept(posed.gradient(*copied(posed.args))) for _ in range(2))
    return not _same(first, again)


def not_linear(posed: Posed) -> bool:
    """Whether the gradients of two cotangents do not add up to that of their sum."""
    if posed.forward is None or posed.backward is None:
        return False
    rng, kept = np.random.default_rng(5), []
    these, those = ([rng.normal(size=d.shape) for d in floats(posed.dy)] for _ in range(2))
    for dys in (these, those, [a + b for a, b in zip(these, those, strict=True)]):
        _, cache = posed.forward(*copied(posed.args))
        dy = tuple(dys) if isinstance(posed.dy, tuple) else dys[0]
        kept.append(_kept(posed.backward(dy, cache)))
    return not all(np.allclose(a + b, both) for a, b, both in zip(*kept, strict=True))


def shares_memory(posed: Posed) -> bool:
    """Whether what is returned lies in the memory of what was given, or of each other."""
    args, dy = copied(posed.args), copied(posed.dy)
    if posed.forward is None or posed.backward is None:
        returned, given = [posed.gradient(*args)], floats(args)
    else:
        y, cache = posed.forward(*args)
        returned, given = [y, posed.backward(dy, cache)], floats(args) + floats(dy)
    results = floats(returned)
    pairs = [*combinations(results, 2), *((r, g) for r in results for g in given)]
    return any(np.shares_memory(a, b) for a, b in pairs)


def changes_its_mind(posed: Posed) -> bool:
    """Whether the claim made anew gives something else."""
    first, again = (_kept(p.gradient(*copied(p.args))) for p in (posed, posed.anew()))
    return not _same(first, again)


MISBEHAVIOUR: dict[str, Callable[[Posed], bool]] = {
    "hangs": hangs,
    "raises": raises,
    "none": nothing,
    "wrong-structure": other_structure,
    "wrong-shape": other_shape,
    "not-deterministic": changes_its_mind,
    "not-finite": gradient_not_finite,
    "loss-not-finite": loss_not_finite,
    "input-changed": changes_input,
    "cache-changed": changes_cache,
    "state": remembers,
    "not-linear": not_linear,
    "aliased": shares_memory,
}
"""In the order in which they are asked: each is asked of claims that passed what goes before."""


def misbehaviour(claim: WildClaim, seed: int) -> str:
    """The slug of the first misbehaviour of a claim; "" of a claim that behaves."""
    with np.errstate(all="ignore"):
        return next((s for s, asked in MISBEHAVIOUR.items() if asked(pose(claim, seed))), "")


def _kept(returned: Any) -> list[Any]:
    return floats(copied(returned))


def _same(these: list[Any], those: list[Any]) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(these, those, strict=True))
