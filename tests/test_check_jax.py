"""check_jax: right functions pass, wrong ones do not, and whoever asked is left as they were."""

import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from wild_frameworks import FrameworkClaim, claims, normal
from wild_frameworks.jax_rules import ruled, with_itself

from backproof.diagnosis.codes import CODES
from backproof.checks import check_jax as way_in
from backproof.checks.check_jax import check_jax
from backproof.checks.in_jax.runs import KEPT, MOST
from backproof.power.beside_check_grads import race_check_grads
from backproof.power.twenty import TWENTY, all_off, spoiled
from backproof.verdicts import Status, Verdict
from backproof.witnesses import DIFFERENCES, EXACT, JAX, PACKAGES, WitnessAbsent

X = np.random.default_rng(0).standard_normal((3, 4))
SINGLE = X.astype(np.float32)
CLAIMS = claims("check_jax")
BY_NAME = {claim.name: claim for claim in CLAIMS}
WRONG = [claim for claim in CLAIMS if not claim.right]
DIAGNOSED = 0.8
"""At least this share of the wrong ones is explained as the one who planted the fault would."""


@cache
def verdict_of(name: str) -> Verdict:
    """What is said of a claim of the trial set, once."""
    claim = BY_NAME[name]
    return check_jax(*claim.arguments(0), name=name, **claim.options)


@pytest.mark.parametrize("claim", CLAIMS, ids=str)
def test_right_ones_pass_and_wrong_ones_do_not(claim: FrameworkClaim) -> None:
    """Of the trial set in JAX nobody is left undecided, nor judged otherwise than is known."""
    verdict = verdict_of(claim.name)
    assert verdict.status is not Status.UNDECIDED
    assert bool(verdict) is claim.right, str(verdict)
    assert claim.cause == "constant-rounding" or not claim.right or not verdict.code


def test_most_causes_are_named() -> None:
    """The first diagnosis is the one on the label."""
    named = [CODES[claim.cause].code == verdict_of(claim.name).code for claim in WRONG]
    assert sum(named) >= DIAGNOSED * len(WRONG)


def test_a_number_that_ignores_its_cotangent_is_told_from_a_factor() -> None:
    """At a random dy the gradient for dy = 1 is off by 1 / dy, which is no constant of the code."""
    squares = lambda x: (x * x).sum()  # noqa: E731 -- a function as short as its use
    verdict = check_jax(ruled(squares, with_itself(squares), lambda x, _: (2 * x,)), X)
    assert verdict.code == CODES["cotangent-ignored"].code


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
def test_misconduct_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a function does beside computing is broken, whatever its formula, and has its code."""
    monkeypatch.setattr(way_in, "SECONDS", 0.5 if name == "an endless loop" else 20.0)
    make, args, code = ACTS[name]
    verdict = check_jax(make(), *args)
    assert verdict.status is Status.BROKEN
    assert verdict.code == code


def test_a_cotangent_that_is_bent_or_ignored_convicts() -> None:
    """Of a scalar loss too: its gradient must follow what comes after it."""
    ignoring = ruled(lambda x: (x * x).sum(), lambda x: ((x * x).sum(), x), lambda x, _: (2 * x,))
    assert check_jax(ignoring, X).status is Status.WRONG
    bent = check_jax(ruled(jnp.sin, lambda x: (jnp.sin(x), x), tame), X)
    assert not bent and any("dy" in finding.note for finding in bent.findings)


@jax.tree_util.register_dataclass
@dataclass
class Weights:
    """A node of a pytree that somebody registered."""

    W: Any
    b: Any


def affine(weights: Weights, batch: dict[str, Any], key: Any, mode: Any = None) -> Any:
    """Outputs in a dict and a tuple, one of integers; arguments of every kind."""
    keep = jax.random.bernoulli(key, 0.5, batch["x"].shape)
    y = jnp.where(keep, batch["x"], 0) @ weights.W + weights.b
    return {"y": y, "best": y.argmax(), "more": (y.sum(), None, mode)}


WEIGHTS = Weights(X.T, np.ones(3))
BATCH = {"x": X, "labels": np.arange(3), "mask": np.array([True, False, True]), "none": None}


def test_any_tree_of_arguments_and_outputs() -> None:
    """Nodes, keys, labels and strings; the findings are named as their user writes the leaves."""
    verdict = check_jax(affine, WEIGHTS, BATCH, jax.random.key(1), "train")
    assert verdict.status is Status.CORRECT
    names = {finding.tensor for finding in verdict.findings}
    assert names == {"loss", "weights.W", "weights.b", "batch['x']"}
    wrong = check_jax(spoiled(affine, one_off), WEIGHTS, BATCH, jax.random.key(1))
    assert wrong.status is Status.WRONG


def one_off(g: Any) -> Any:
    """Off by one part in 10^7; of integers and keys there is nothing to spoil."""
    return all_off(g, 1e-7) if g.dtype == np.float64 else g


def test_only_the_arguments_asked_for_are_judged() -> None:
    """argnums counts from either end; what is wrong elsewhere is not asked for."""
    backward = lambda kept, dy: (dy * kept[1], 2 * dy * kept[0])  # noqa: E731
    product = ruled(jnp.multiply, lambda a, b: (a * b, (a, b)), backward)
    assert check_jax(product, X, X + 1, argnums=0)
    assert not check_jax(product, X, X + 1, argnums=(-1,))
    assert not check_jax(product, X, X + 1)


NARROW = ("float32", "float16", "bfloat16")


@pytest.mark.parametrize("dtype", NARROW)
def test_narrow_floats_are_judged_by_their_own_rounding(dtype: str) -> None:
    """A right function passes in every dtype, and a wrong factor does not, be it one in 10^7."""
    function = lambda x: jax.nn.softmax(jnp.tanh(x) @ x.T * 0.1)  # noqa: E731
    assert check_jax(function, X, dtype=dtype).status is Status.CORRECT
    assert check_jax(jax.nn.gelu, X, dtype=dtype)
    off = check_jax(spoiled(function, lambda g: g * jnp.asarray(1.125, g.dtype)), X, dtype=dtype)
    assert off.status is Status.WRONG
    if dtype == "float32":
        assert (
            check_jax(spoiled(jnp.tanh, partial(all_off, part=3e-6)), SINGLE).status is Status.WRONG
        )


def test_chance_is_the_users() -> None:
    """Dropout by a key drops in the exact run what it drops in float32; other dice fall alike."""
    drop = lambda x, key: x * jax.random.uniform(key, x.shape)  # noqa: E731
    assert check_jax(drop, SINGLE, jax.random.key(3)).status is Status.CORRECT
    own, dice = np.random.default_rng(3), np.random.default_rng(4)
    noisy = lambda x, dy: (jnp.cos(x) * dy * (1 + dice.random() * 1e-3),)  # noqa: E731
    verdict = check_jax(ruled(jnp.sin, with_itself(jnp.sin), noisy), X)
    assert verdict.status is Status.WRONG and "draws from dice" in verdict.evidence
    assert dice.random() == np.random.default_rng(4).random()
    assert check_jax(lambda x: x * own.random() * random.random(), X).status is Status.CORRECT


def test_code_that_fits_float32_alone_is_judged_in_it() -> None:
    """A carry whose dtype is written down refuses float64, which is no fault of the gradient."""
    step = lambda c, row: (c + row @ row, c)  # noqa: E731
    verdict = check_jax(lambda x: lax.scan(step, jnp.zeros((), jnp.float32), x)[0], X)
    assert verdict.status is Status.CORRECT and "raises on float64" in verdict.evidence


def of_a_number(x: Any, dy: Any) -> Any:
    """The derivative of the sine, by a rule that asks a number of the cotangent."""
    return (jnp.cos(x) * dy if float(dy[0, 0]) else dy * 0,)


WITHOUT_EXACTNESS = {
    "no rule": (lambda x: jnp.linalg.eigvalsh(x @ x.T), "'eigh': it has no exact rule"),
    "a branch": (lambda x: jnp.sin(x) if x.sum() > 0 else -x, "cannot trace the function"),
    "a branch in the rule": (ruled(jnp.sin, with_itself(jnp.sin), of_a_number), "cannot trace"),
}


@pytest.mark.parametrize("name", WITHOUT_EXACTNESS)
def test_where_exactness_ends_differences_decide(name: str) -> None:
    """The verdict names what stopped it and where, and still tells right from wrong."""
    function, reason = WITHOUT_EXACTNESS[name]
    right = check_jax(function, X)
    assert right.status is Status.CORRECT
    assert reason in right.silent[EXACT] and "test_check_jax.py:" in right.silent[EXACT]
    assert {finding.witness for finding in right.findings} == {DIFFERENCES}
    assert check_jax(spoiled(function, partial(all_off, part=1e-4)), X).status is Status.WRONG


def test_a_reference_is_heard() -> None:
    """Its forward exactly and its own autograd in float64; another function is another function."""
    softly = lambda x: jnp.log1p(jnp.exp(x))  # noqa: E731
    verdict = check_jax(jax.nn.softplus, X, reference=softly)
    assert verdict.status is Status.CORRECT
    assert {finding.witness for finding in verdict.findings} == {EXACT, "reference", JAX}
    other = check_jax(lambda x: jnp.sin(x) + 1e-9, X, reference=jnp.sin)
    assert other.status is Status.WRONG and other.code == "BP401"


def test_a_convention_at_a_kink_is_told() -> None:
    """relu at 0 lies between its slopes."""
    assert check_jax(jax.nn.relu, np.array([0.0, 1, -1])).status is Status.KINK


@pytest.mark.parametrize("part", [1e-7, 1e-12])
def test_small_errors_are_found(part: float) -> None:
    """Exactness has no tolerance: a part in 10^12 is as wrong as a sign."""
    for item in TWENTY[2:8]:
        assert not check_jax(spoiled(item.function, partial(all_off, part=part)), *item.inputs(1))


def test_samplers_are_judged_point_by_point() -> None:
    """A fault that shows at some shapes alone is found; what is compiled is not kept for ever."""
    sizes = lambda seed: normal((1 + seed % 3, 2))(seed)  # noqa: E731
    kinked = lambda kept, dy: (dy * jnp.cos(kept) * (1 + (len(kept) == 3) * 1e-3),)  # noqa: E731
    function = ruled(jnp.sin, lambda x: (jnp.sin(x), x), kinked)
    assert check_jax(jnp.sin, inputs=sizes)
    assert "x (3, 2)" in str(check_jax(function, inputs=sizes).case)
    assert len(KEPT) <= MOST


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


def test_nothing_to_differentiate_is_said() -> None:
    """Arguments without floats are the caller's mistake, not the function's."""
    with pytest.raises(ValueError, match=r"no floating-point numbers in \(n: int\)"):
        check_jax(lambda n: n, 3)


def test_jax_is_loaded_when_it_is_asked_and_missed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way in can be imported without JAX; the call says how to install it."""
    script = "import sys, backproof.checks.check_jax; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    monkeypatch.setitem(PACKAGES, JAX, "no_such_module")
    with pytest.raises(WitnessAbsent, match="pip install 'backproof"):
        check_jax(jnp.sin, X)


def test_check_grads_is_slower_and_passes_what_is_found_here() -> None:
    """On functions of the table: a first answer in less time, and an error of 10^-7 found."""
    for race in race_check_grads([TWENTY[1], TWENTY[15]]):
        assert race.passed and race.ratio > 1, race
        assert race.ours_finds and not race.theirs_finds
