"""What a JAX function does besides computing, and that whoever asked is left as they were."""

import itertools
import os
import random
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from wild_frameworks.jax_rules import ruled

from backproof.checks.check_jax import check_jax
from backproof.checks.in_jax import behaviour
from backproof.verdict import Status

X = np.random.default_rng(0).standard_normal((3, 4))


def counting() -> Any:
    """It multiplies by how often it was called."""
    calls = itertools.count(1)
    return lambda x: x * next(calls)


def remembering() -> Any:
    """The backward takes x from where the last forward pass has put it."""
    kept = {}

    def forward(x: Any) -> Any:
        kept["x"] = x
        return x * x, None

    return ruled(lambda x: x * x, forward, lambda _, dy: (2 * dy * kept["x"],))


def remembering_steps() -> Any:
    """The same in code that cannot be traced."""
    inner = remembering()
    return lambda x: inner(x) if x.sum() > -1e9 else x


def rolling() -> Any:
    """Dice that no seed rules."""
    return lambda x: x * (1 + int.from_bytes(os.urandom(2)) / 2**16)


def counting_down(x: Any, n: Any) -> Any:
    """The array of numbers that is handed in is another one afterwards."""
    n -= 1
    return x * n


def endless(x: Any) -> Any:
    """It never returns."""
    while True:
        time.sleep(0.01)


def refusing(x: Any) -> Any:
    """It raises."""
    raise RuntimeError("not today")


def tame(x: Any, dy: Any) -> Any:
    """The cotangent is clipped."""
    return (jnp.cos(x) * jnp.clip(dy, -0.1, 0.1),)


ACTS: dict[str, tuple[Callable[[], Any], tuple[Any, ...], str]] = {
    "a counter": (counting, (X,), "BP210"),
    "one memory for all": (remembering, (X,), "BP210"),
    "one memory, step by step": (remembering_steps, (X,), "BP210"),
    "dice": (rolling, (X,), "BP211"),
    "an input changed": (lambda: counting_down, (X, np.arange(4)), "BP208"),
    "an endless loop": (lambda: endless, (X,), "BP202"),
    "an exception": (lambda: refusing, (X,), "BP201"),
    "no floats": (lambda: jnp.argmax, (X,), "BP204"),
    "a float of a tracer": (lambda: lambda x: x * float(x[0, 0]), (X,), "BP201"),
}


@pytest.mark.parametrize("name", ACTS)
def test_misbehaviour_is_named(name: str) -> None:
    """What a function does beside computing is broken, whatever its formula, and has its code."""
    make, args, code = ACTS[name]
    verdict = check_jax(make(), *args, seconds=0.5 if name == "an endless loop" else 20.0)
    assert verdict.status is Status.BROKEN
    assert verdict.code == code


def test_a_cotangent_that_is_bent_or_ignored_detects() -> None:
    """Of a scalar loss too: its gradient must follow what comes after it."""
    ignoring = ruled(lambda x: (x * x).sum(), lambda x: ((x * x).sum(), x), lambda x, _: (2 * x,))
    assert check_jax(ignoring, X).status is Status.WRONG
    bent = check_jax(ruled(jnp.sin, lambda x: (jnp.sin(x), x), tame), X)
    assert not bent and any("dy" in finding.note for finding in bent.findings)


@pytest.mark.parametrize("wide", [False, True])
def test_the_user_is_left_as_they_were(wide: bool) -> None:
    """Configuration, random state and arguments, whatever the function does."""
    batch = {"x": X.copy(), "n": np.arange(4)}

    def careless(batch: Any) -> Any:
        x = batch.pop("x")
        batch["n"] += 1
        return x * batch["n"] * random.random()

    with jax.enable_x64(wide):
        before = random.getstate(), dict(os.environ)
        assert check_jax(careless, batch).code == "BP208"
        assert not check_jax(refusing, X)
        assert (random.getstate(), dict(os.environ)) == before
        assert jnp.result_type(float) == (np.float64 if wide else np.float32)
    assert list(batch) == ["x", "n"] and np.array_equal(batch["n"], np.arange(4))
    assert np.array_equal(batch["x"], X)


def test_what_takes_long_to_compile_is_run_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has an answer, and is accused of nothing."""
    monkeypatch.setattr(behaviour, "compiled", lambda *_: endless(X))
    verdict = check_jax(jnp.sin, X, seconds=2.0)
    assert verdict.status is Status.CORRECT and "step by step" in verdict.evidence, verdict
