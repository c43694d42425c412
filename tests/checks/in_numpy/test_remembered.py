"""Code that remembers its calls is followed as it was before them; what it kept of the caller's
own is a constant where there ought to be steps.
"""

# Written as their authors write: without docstrings.
# ruff: noqa: D102, D103

import functools
import hashlib
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status
from checks.in_numpy.asking import enlarged, passed

X = np.random.default_rng(3).normal(size=5)
BY_DIFFERENCES = "evidence: finite differences"

KEYS: dict[str, Callable[[Any], Any]] = {
    "bytes": lambda x: x.tobytes(),
    "tuple": tuple,
    "list": lambda x: tuple(x.tolist()),
    "pickle": pickle.dumps,
    "buffer": lambda x: bytes(x.data),
    "digest": lambda x: hashlib.sha256(x).hexdigest(),
    "hash": lambda x: hash(tuple(x)),
}


FOLLOWED = "forward and backward followed"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("is_full", [False, True])
def test_a_table_of_results_is_followed_while_it_is_filled(key: str, is_full: bool) -> None:
    """By whatever a result is found again; of what the caller has put in it before, differences
    judge, and the verdict says why.
    """
    table: dict[Any, Any] = {}

    def loss(x: Any) -> Any:
        at = KEYS[key](x)
        if at not in table:
            table[at] = np.sin(x)
        return table[at].sum()

    if is_full:
        loss(X)
    verdict = passed(loss, np.cos, X)
    assert len(table) == is_full
    if not is_full:
        assert FOLLOWED in verdict.evidence
        return
    assert BY_DIFFERENCES in verdict.evidence
    assert "kept of another call" in verdict.silent["exact"] and __file__ in verdict.silent["exact"]


def test_a_table_by_rounded_numbers_accuses_nobody() -> None:
    """It is a staircase: neither is the right claim wrong nor the wrong one right."""
    table: dict[Any, Any] = {}

    def loss(x: Any) -> Any:
        at = tuple(np.round(x, 6))
        if at not in table:
            table[at] = np.sin(x)
        return table[at].sum()

    verdict = backproof.check(loss, np.cos, X)
    assert verdict.status in (Status.CORRECT, Status.UNDECIDED)
    assert not backproof.check(loss, enlarged(np.cos), X)


class Last:
    """What is kept of the point that was asked last."""

    def __init__(self):
        self.x = None

    def at(self, x):
        if self.x is None or (self.x != x).any():
            self.x, self.h = x.copy(), np.tanh(x)

    def loss(self, x):
        self.at(x)
        return (self.h**2).sum()

    def gradient(self, x):
        self.at(x)
        return 2 * self.h * (1 - self.h**2)

    def partly(self, x):
        self.at(x)
        return (self.h**2).sum() + x.sum()


def test_what_is_kept_of_the_last_point_is_followed() -> None:
    """In an object with a loss and a gradient, as optimisers like it; it stays as it was."""
    last = Last()
    assert FOLLOWED in passed(last.loss, last.gradient, X).evidence
    assert last.x is None


def test_a_value_that_is_kept_beside_steps_is_noticed() -> None:
    """Where another term follows the inputs: nearby, what is a constant here is computed."""
    last = Last()
    last.partly(X)
    verdict = passed(last.partly, lambda x: last.gradient(x) + 1, X)
    assert "kept of another call" in verdict.silent["exact"]


class Both:
    """A value and its gradient, computed together and kept for whoever asks for the other."""

    def __init__(self):
        self.x = None

    def at(self, x):
        if self.x is None or not np.array_equal(x, self.x):
            self.x, self.value, self.slopes = x.copy(), np.sin(x).sum(), np.cos(x)

    def __call__(self, x):
        self.at(x)
        return self.value

    def gradient(self, x):
        self.at(x)
        return self.slopes


def test_a_gradient_that_is_kept_with_its_value_is_judged() -> None:
    """Both are constants of the record; what is asked for is what the code answers."""
    both = Both()
    passed(both, both.gradient, X)


def test_a_layer_that_remembers_is_judged() -> None:
    """Its output by a table; under random cotangents."""
    table: dict[bytes, Any] = {}

    def forward(x: Any) -> Any:
        if x.tobytes() not in table:
            table[x.tobytes()] = np.exp(x)
        return table[x.tobytes()], x

    def backward(dy: Any, x: Any) -> Any:
        return dy * np.exp(x)

    assert backproof.check_layer(forward, backward, X).status is Status.CORRECT
    assert backproof.check_layer(forward, enlarged(backward), X).status is Status.WRONG


@functools.lru_cache
def squared(v):
    return v * v


def test_a_cache_that_can_be_emptied_is_followed() -> None:
    """`lru_cache` of numbers, and of numbers made plain before."""
    verdict = passed(lambda x: sum(squared(v) for v in x), lambda x: 2 * x, X)
    assert "forward and backward followed" in verdict.evidence
    passed(lambda x: sum(squared(float(v)) for v in x), lambda x: 2 * x, X)


def test_what_is_not_used_is_no_memory() -> None:
    """An argument that the loss does not read has the gradient 0, and the record is whole."""
    verdict = backproof.check(
        lambda x, y: (x**2).sum(), lambda x, y: (2 * x, np.zeros_like(y)), X, X
    )
    assert verdict.status is Status.CORRECT
    assert "forward and backward followed" in verdict.evidence
