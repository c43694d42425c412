"""A function of JAX's and its reverse mode as one run: its steps, its places, its types."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from wild_frameworks import FrameworkClaim, claims

from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.reverse import gradients
from backproof.programs.jaxpr.function import flushes_subnormals, run_function
from backproof.programs.run import Run

REFUSED_BY_JAX = {"wrong-shape", "wrong-structure"}
RIGHT_FORMULAS = {"one-dtype", "imprecise"}
"""Causes of wrong claims whose formula is right: it is their rounding that is not."""
X = np.random.default_rng(0).normal(size=(3, 4))


def differences(run: Run) -> dict[str, float]:
    """By name, how far the claim's formula is from the truth, by its largest element."""
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    true = gradients(seeds, list(run.inputs.values()), stable=True)
    return {x: _apart(run.claimed[x], t) for x, t in zip(run.inputs, true, strict=True)}


def _apart(claimed: Any, true: Any) -> float:
    g, t = (midpoints(over_balls([s])[0]) for s in (claimed, true))
    return float(np.abs(g - t).max() / np.abs(t).max()) if np.isfinite(g).all() else np.inf


@pytest.mark.parametrize("claim", claims("check_jax"), ids=str)
def test_formulas_of_public_rules_are_told(claim: FrameworkClaim) -> None:
    """Of 48 trial claims the right formulas agree with the truth, and no wrong one does."""
    function, *args = claim.arguments(0)
    if claim.cause in REFUSED_BY_JAX:
        with pytest.raises((TypeError, ValueError), match="bwd rule must produce"):
            run_function(function, tuple(args))
        return
    worst = max(differences(run_function(function, tuple(args))).values())
    assert (worst < 1e-15) == (claim.right or claim.cause in RIGHT_FORMULAS), worst


@jax.custom_vjp
def squashed(x: Any) -> Any:
    """tanh, with a rule that is right for small x."""
    return jnp.tanh(x)


squashed.defvjp(lambda x: (jnp.tanh(x), x), lambda x, g: (g * (1 - x * x),))


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_a_planted_rule_is_seen_in_every_dtype(dtype: str) -> None:
    """The truth is the primal function's; the claim is the rule's; JAX's own rule is right."""
    x = X.astype(jnp.dtype(dtype))
    wrong = run_function(lambda x: squashed(x) * 0.3, (x,))
    right = run_function(lambda x: jnp.tanh(x) * 0.3, (x,))
    assert differences(wrong)["x"] > 0.1
    assert differences(right)["x"] < 1e-15
    assert {str(wrong.inputs["x"].precision.name), str(wrong.returned["x"].dtype)} == {dtype}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_steps_hold_the_run_s_own_floats(dtype: str) -> None:
    """Every output and gradient is, bit for bit, what JAX computes operation by operation; every
    float step is a number of its format.
    """

    def network(p: Any, x: Any) -> Any:
        h = jax.nn.relu(x @ p["w"] + p["b"])
        return jax.nn.log_softmax(h / 3 - 0.1)

    x = X.astype(jnp.dtype(dtype))
    p = {"w": x[:, :3].T @ x, "b": x[0, :]}
    run = run_function(network, (p, x[:, :3]), {"output": np.ones((3, 4))})
    with jax.disable_jit():
        y, pull = jax.vjp(network, p, jnp.asarray(x[:, :3]))
        (gp, gx) = pull(jnp.ones_like(y))
    np.testing.assert_array_equal(run.outputs["output"].value, np.asarray(y, np.float64))
    expected = {"p['w']": gp["w"], "p['b']": gp["b"], "x": gx}
    assert run.returned.keys() == expected.keys()
    for name, g in expected.items():
        np.testing.assert_array_equal(run.returned[name], g)
    for step in (*run.outputs.values(), *run.claimed.values()):
        assert step is not None and step.precision is not None
        np.testing.assert_array_equal(step.precision.rounded(step.value), step.value)


def test_places_are_lines_of_the_user_s() -> None:
    """A step says the line and the columns that ask for it, and the lines that led there."""

    def inner(x: Any) -> Any:
        return jnp.sin(x) * jnp.cos(x)

    run = run_function(lambda x: inner(x).sum(), (X,))
    sine = next(s for s in run.record.steps if s.primitive.name == "sin")
    assert sine.place is not None and sine.place.file == __file__
    line = inner.__code__.co_firstlineno + 1
    assert (sine.place.line, len(sine.place.calls)) == (line, 1)
    with open(__file__) as file:
        text = file.read().splitlines()[line - 1]
    assert text[sine.place.start : sine.place.end] == "jnp.sin(x)"


def test_what_is_computed_twice_is_one_step() -> None:
    """The forward pass within the reverse mode is the forward pass."""
    run = run_function(lambda x: jnp.exp(jnp.sin(x)).sum(), (X,))
    names = [s.primitive.name for s in run.record.steps]
    assert names.count("sin") == names.count("exp") == 1


def test_outputs_are_different_steps() -> None:
    """One array returned twice has two cotangents."""

    def twice(x: Any) -> Any:
        y = jnp.sin(x)
        return y, {"again": y}

    run = run_function(twice, (X,))
    assert list(run.outputs) == ["output[0]", "output[1]['again']"]
    assert len(set(run.outputs.values())) == 2
    assert differences(run)["x"] < 1e-15


def test_a_cut_is_a_step_and_the_truth_goes_through_it() -> None:
    """Of x stop_gradient(x) the slope is 2 x; the claim's is half of it."""
    run = run_function(lambda x: x * lax.stop_gradient(x), (X,))
    assert [s.primitive.name for s in run.record.steps].count("cut") == 1
    assert differences(run)["x"] == pytest.approx(0.5)


def test_what_is_drawn_does_not_move() -> None:
    """Random masks and noise are numbers of the run."""

    def noisy(x: Any) -> Any:
        keys = jax.random.split(jax.random.key(3))
        kept = jax.random.bernoulli(keys[0], 0.5, x.shape)
        return jnp.where(kept, x, 0) * jax.random.normal(keys[1], x.shape)

    assert differences(run_function(noisy, (X,)))["x"] < 1e-15


def test_the_user_s_modes_decide_the_types() -> None:
    """Python floats are float32 unless 64-bit types are on or an argument has one."""
    run = run_function(lambda a, x: a * x, (0.1, X.astype(np.float32)))
    assert {s.precision.name for s in run.inputs.values()} == {"float32"}
    assert run.inputs["a"].value == np.float32(0.1)
    assert run_function(lambda a, x: a * x, (0.1, X)).inputs["a"].value == 0.1
    assert flushes_subnormals(np.float32) == run.flushes


def test_arguments_that_stay() -> None:
    """Integers do not move, nor what argnums leaves out; names are the user's."""
    run = run_function(
        lambda t, k, *rest: t["a"][k] * rest[0], ({"a": X}, np.arange(2), 2.0), argnums=[0]
    )
    assert list(run.inputs) == ["t['a']"]
    assert list(run_function(lambda t, *rest: t * rest[1], (X, 1.0, 2.0)).inputs) == [
        "t",
        "rest[0]",
        "rest[1]",
    ]
