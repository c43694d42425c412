"""Cholesky factors in JAX: what LAPACK leaves above their diagonal is nobody's number."""

from typing import Any

import jax.numpy as jnp
import jax.scipy.linalg
import numpy as np
import pytest
from wild_frameworks.jax_rules import ruled, with_itself

from backproof.checks.check_jax import check_jax

B = np.random.default_rng(5).standard_normal((3, 3))


def _positive(b: Any) -> Any:
    return b @ b.T + 2 * jnp.eye(3, dtype=b.dtype)


FORMS = {
    "upper": lambda b: jax.scipy.linalg.cholesky(_positive(b)),
    "lower": lambda b: jnp.linalg.cholesky(_positive(b)),
    "solved": lambda b: jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(_positive(b)), b[0]),
    "several": lambda b: jnp.linalg.cholesky(jnp.stack([_positive(b), _positive(b.T)])),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("form", FORMS)
def test_a_factor_is_followed(form: str, dtype: str) -> None:
    """Its own gradient is right, and seen so exactly."""
    verdict = check_jax(FORMS[form], B.astype(dtype))
    assert verdict.status.name == "CORRECT", verdict
    assert "forward and backward followed" in str(verdict)


def test_a_wrong_rule_of_a_factor_is_convicted() -> None:
    """By the exact gradient."""

    def log_volume(b: Any) -> Any:
        return jnp.log(jnp.diagonal(jnp.linalg.cholesky(_positive(b)))).sum()

    def twice(b: Any, dy: Any) -> Any:
        return (2 * dy * jnp.linalg.solve(_positive(b), b),)

    verdict = check_jax(ruled(log_volume, with_itself(log_volume), twice), B)
    assert (verdict.status.name, verdict.code) == ("WRONG", "BP102"), verdict
