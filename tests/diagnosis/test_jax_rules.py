"""Mistakes in the backward rule of a custom_vjp are named by the line of the rule."""

import importlib.util
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from backproof.diagnosis.explaining import followed
from backproof.programs.jaxpr.function import run_function

RULE = """
import math
import jax
import jax.numpy as jnp

@jax.custom_vjp
def mixed(q, k):
    return jnp.tanh(jax.nn.softmax(q @ k.T / math.sqrt(q.shape[1]), axis=1) * 0.7)

def forward(q, k):
    p = jax.nn.softmax(q @ k.T / math.sqrt(q.shape[1]), axis=1)
    y = jnp.tanh(0.7 * p)
    return y, (q, k, p, y)

def backward(kept, dy):
    q, k, p, y = kept
    dp = 0.7 * dy * (1 - y * y)
    inner = (dp * p).sum(axis=1, keepdims=True)
    ds = p * (dp - inner) * (1 / math.sqrt(q.shape[1]))
    dq = ds @ k
    dk = ds.T @ q
    return dq, dk

mixed.defvjp(forward, backward)
"""
MISTAKES = (
    ("(1 - y * y)", "(1 + y * y)"),
    ("(dp - inner)", "(dp + inner)"),
    ("(dp * p).sum", "(dp * p).mean"),
    ("(dp * p).sum(axis=1", "(dp * p).sum(axis=0"),
    ("ds.T @ q", "ds.T @ k[:3]"),
    ("(dp * p)", "(dp)"),
)
DRAW = np.random.default_rng(0).standard_normal
Q, K = DRAW((3, 5)), DRAW((4, 5))


def _lines(folder: Path, text: str, dtype: Any) -> set[int]:
    """The lines of a module at which the backward rule of its function is said to go wrong."""
    path = folder / "rule.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("rule", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run = run_function(module.mixed, (jnp.asarray(Q, dtype), jnp.asarray(K, dtype)))
    places = [mistake.place for mistake in followed(run)]
    assert all(place is None or place.file == str(path) for place in places)
    return {place.line for place in places if place is not None}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_right_rule_is_not_blamed(tmp_path: Path, dtype: str) -> None:
    """A number written in two ways is rounded in two ways: no mistake."""
    assert not _lines(tmp_path, RULE, dtype)


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_the_line_of_the_rule_is_named(tmp_path: Path, right: str, wrong: str) -> None:
    """The line that was changed, though the root is rounded otherwise than in the forward pass."""
    line = RULE[: RULE.index(right)].count("\n") + 1
    assert _lines(tmp_path, RULE.replace(right, wrong), "float32") == {line}


@pytest.mark.parametrize(("right", "wrong"), MISTAKES)
def test_in_a_coarse_format_a_line_of_the_rule_is(tmp_path: Path, right: str, wrong: str) -> None:
    """With eight bits it may be one that reads what was changed."""
    line = RULE[: RULE.index(right)].count("\n") + 1
    (found,) = _lines(tmp_path, RULE.replace(right, wrong), "bfloat16")
    assert abs(found - line) <= 1
