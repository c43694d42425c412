"""Where the exactness of `check_jax` ends, and a reference."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from wild_frameworks.jax_rules import ruled, with_itself

from backproof.checks.check_jax import check_jax
from backproof.power.twenty import all_off, spoiled
from backproof.verdict import Status
from backproof.verdict.witnesses import DIFFERENCES, EXACT

X = np.random.default_rng(0).standard_normal((3, 4))


def sines(x: Any) -> Any:
    """By NumPy, which JAX calls back."""
    return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)


called_back = ruled(sines, lambda x: (sines(x), x), lambda x, dy: (jnp.cos(x) * dy,))


def of_a_number(x: Any, dy: Any) -> Any:
    """The derivative of the sine, by a rule that asks a number of the cotangent."""
    return (jnp.cos(x) * dy if float(dy[0, 0]) else dy * 0,)


WITHOUT_EXACTNESS = {
    "no rule": (called_back, "'pure_callback': what it calls is Python's"),
    "a branch": (lambda x: jnp.sin(x) if x.sum() > 0 else -x, "cannot trace the function"),
    "a branch in the rule": (ruled(jnp.sin, with_itself(jnp.sin), of_a_number), "cannot trace"),
}


@pytest.mark.parametrize("name", WITHOUT_EXACTNESS)
def test_where_exactness_ends_differences_decide(name: str) -> None:
    """The verdict names what stopped it and where, and still tells right from wrong."""
    function, reason = WITHOUT_EXACTNESS[name]
    right = check_jax(function, X)
    assert right.status is Status.CORRECT
    assert reason in right.silent[EXACT] and "test_unfollowed.py:" in right.silent[EXACT]
    assert {finding.witness for finding in right.findings} == {DIFFERENCES}
    assert check_jax(spoiled(function, partial(all_off, part=1e-4)), X).status is Status.WRONG


def test_spectra_are_followed() -> None:
    """Eigenvalues of a symmetric matrix, exactly."""
    verdict = check_jax(lambda x: jnp.linalg.eigvalsh(x @ x.T), X)
    assert verdict.status is Status.CORRECT and EXACT not in verdict.silent


def test_a_reference_is_heard() -> None:
    """Its forward pass exactly, and its truth where the claim is not followed; another function is
    another function.
    """
    softly = lambda x: jnp.log1p(jnp.exp(x))  # noqa: E731
    verdict = check_jax(jax.nn.softplus, X, reference=softly)
    assert verdict.status is Status.CORRECT
    assert {finding.witness for finding in verdict.findings} == {EXACT, "reference"}
    other = check_jax(lambda x: jnp.sin(x) + 1e-9, X, reference=jnp.sin)
    assert other.status is Status.WRONG and other.code == "BP401"
    hidden = check_jax(called_back, X, reference=jnp.sin)
    assert hidden.status is Status.CORRECT and "the reference followed" in hidden.evidence


@pytest.mark.parametrize("off", [1.0, 1.02])
def test_a_slope_without_a_formula_is_found_by_differences(off: float) -> None:
    """That of the zeta function by its order, which JAX has a series for."""

    @jax.custom_vjp
    def zeta(s: Any) -> Any:
        return jax.scipy.special.zeta(s, 1.5)

    def bwd(s: Any, dy: Any) -> Any:
        return (off * jax.vjp(lambda s: jax.scipy.special.zeta(s, 1.5), s)[1](dy)[0],)

    zeta.defvjp(lambda s: (zeta(s), s), bwd)
    verdict = check_jax(zeta, np.array([2.3, 4.1]))
    assert bool(verdict) is (off == 1.0), verdict
    assert "slope by a parameter" in verdict.silent[EXACT]
