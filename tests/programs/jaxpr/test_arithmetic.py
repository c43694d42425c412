"""Arithmetic that is not compiled: bit for bit what JAX compiles, wherever it is used."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from backproof.programs.jaxpr.arithmetic import ARITHMETIC, correctly_rounded

BITWISE = {"and", "not", "or", "xor"}
OF_ONE = {"abs", "neg", "not", "square"}


def arrays_for(name: str, second: Any) -> list[Any]:
    """Arguments of an operation: floats, for those of bits their signs."""
    first = np.random.default_rng(1).normal(size=64).astype(second.dtype)
    if name == "select_n":
        return [first > 0, first, np.broadcast_to(second, first.shape)]
    given = [first] if name in OF_ONE else [first, second]
    return [np.asarray(x > 0) for x in given] if name in BITWISE else given


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", sorted(ARITHMETIC.keys() - {"add_any"}))
def test_it_has_the_bits_of_jax(name: str, dtype: str) -> None:
    """Of two arrays, and of an array and one number; JAX's quotient by one number is another."""
    many = np.random.default_rng(2).normal(size=64).astype(jnp.dtype(dtype))
    for second in (many, many[0]):
        arrays = arrays_for(name, np.asarray(second))
        known = correctly_rounded(name, arrays, {})
        assert (known is None) == (name == "div" and np.ndim(second) == 0)
        if known is not None:
            expected = getattr(lax, f"{name}_p").bind(*arrays)
            np.testing.assert_array_equal(known, np.asarray(expected))


def test_what_rounding_does_not_fix_is_left_to_jax() -> None:
    """Subnormal numbers, complex numbers, quotients of integers, casts to integers."""
    tiny = np.array([1e-40, 1.0], np.float32)
    assert correctly_rounded("mul", [tiny, tiny], {}) is None
    assert correctly_rounded("mul", [tiny[1:] * 1e-20, tiny[1:] * 1e-20], {}) is None
    assert correctly_rounded("add", [np.array([1j]), np.array([1j])], {}) is None
    assert correctly_rounded("div", [np.array([7]), np.array([2])], {}) is None
    assert correctly_rounded("sin", [tiny[1:]], {}) is None
    for source, target in (
        (np.float32, np.int32),
        (np.float64, np.float16),
        (np.int32, np.float16),
    ):
        given = [np.ones(2, source)]
        assert correctly_rounded("convert_element_type", given, {"new_dtype": target}) is None
    assert correctly_rounded("convert_element_type", [np.ones(2)], {"new_dtype": np.float32}).all()
