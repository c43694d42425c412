"""What `check_jax` judges: any tree, any dtype, samplers."""

import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from wild_frameworks import normal
from wild_frameworks.jax_rules import ruled

from backproof.checks.check_jax import check_jax
from backproof.checks.in_jax.runs import KEPT, MOST
from backproof.power.twenty import all_off, spoiled
from backproof.verdict import Status
from backproof.verdict.witnesses import JAX, PACKAGES, WitnessAbsent

X = np.random.default_rng(0).standard_normal((3, 4))
SINGLE = X.astype(np.float32)


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
    assert names == {"weights.W", "weights.b", "batch['x']"}
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


def test_code_that_fits_float32_alone_is_judged_in_it() -> None:
    """A carry whose dtype is written down refuses float64, which is no fault of the gradient."""
    step = lambda c, row: (c + row @ row, c)  # noqa: E731
    verdict = check_jax(lambda x: lax.scan(step, jnp.zeros((), jnp.float32), x)[0], X)
    assert verdict.status is Status.CORRECT and "raises on float64" in verdict.evidence


def test_samplers_are_judged_point_by_point() -> None:
    """A fault that shows at some shapes alone is found; what is compiled is not kept for ever."""
    sizes = lambda seed: normal((1 + seed % 3, 2))(seed)  # noqa: E731
    kinked = lambda kept, dy: (dy * jnp.cos(kept) * (1 + (len(kept) == 3) * 1e-3),)  # noqa: E731
    function = ruled(jnp.sin, lambda x: (jnp.sin(x), x), kinked)
    assert check_jax(jnp.sin, inputs=sizes)
    assert "x (3, 2)" in str(check_jax(function, inputs=sizes).case)
    assert len(KEPT) <= MOST


def test_what_a_scatter_drops_has_no_gradient() -> None:
    """An index outside, of a scatter whose gradient JAX promises to be inside."""

    def function(x: Any, u: Any) -> Any:
        return jnp.sin(x).at[jnp.array([0, 9])].max(u, mode="drop")

    verdict = check_jax(function, np.array([1.0, 3.0, 0.0]), np.array([1.5, 3.5]))
    assert verdict.status is Status.CORRECT, str(verdict)


def test_nothing_to_differentiate_is_said() -> None:
    """Arguments without floats are the caller's mistake, not the function's."""
    with pytest.raises(ValueError, match=r"no floating-point numbers in \(int\)"):
        check_jax(lambda n: n, 3)


def test_jax_is_loaded_when_it_is_asked_and_missed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way in can be imported without JAX; the call says how to install it."""
    script = "import sys, backproof.checks.check_jax; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    monkeypatch.setitem(PACKAGES, JAX, "no_such_module")
    with pytest.raises(WitnessAbsent, match="pip install 'backproof"):
        check_jax(jnp.sin, X)


def test_a_loss_that_is_finite_in_float64_alone() -> None:
    """It is told by its format, whether 64-bit types are on or off."""

    def unstable(z: Any) -> Any:
        return jnp.log(jnp.exp(z).sum())

    for wide in (False, True):
        with jax.enable_x64(wide):
            verdict = check_jax(unstable, np.array([1.0, 100.0, -3.0], np.float32))
        assert (verdict.status, verdict.code) == (Status.BROKEN, "BP119"), verdict
