"""Uses of JAX's operations that the older table of examples lacks: linear algebra, transforms,
special and complex functions.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax_examples import MATRIX, Example, X, Y

TALL = np.random.default_rng(3).normal(size=(4, 3))


def spectrum(x: Any) -> Any:
    """Eigenvalues, and the vectors without their signs."""
    values, vectors = jnp.linalg.eigh(x @ x.T)
    return values, jnp.abs(vectors)


def complex_numbers(x: Any) -> Any:
    """Products, quotients and parts of complex numbers."""
    z = lax.complex(x, x * x) * jnp.exp(1j * x) / (2 + 1j)
    return z.real - jnp.conj(z).imag + jnp.abs(z)


def as_many_loops(x: Any) -> Any:
    """Loops that end after different numbers of turns, run together."""
    return jax.vmap(lambda r: lax.while_loop(lambda c: c.sum() < 3, lambda c: c * 1.5, r))(x)


def drawn_by_rejection(x: Any) -> Any:
    """A sample of a distribution that depends on the argument."""
    return jax.random.gamma(jax.random.key(0), 1 + x**2)


FURTHER: dict[str, list[Example]] = {
    "bessel_i0e": [(lax.bessel_i0e, (Y,))],
    "bessel_i1e": [(lax.bessel_i1e, (Y,))],
    "complex": [(complex_numbers, (X,))],
    "eigh": [(spectrum, (MATRIX,))],
    "random_gamma": [(drawn_by_rejection, (Y,))],
    "fft": [
        (lambda x: jnp.fft.irfft(jnp.fft.rfft(x) ** 2, n=5), (Y,)),
        (lambda x: jnp.abs(jnp.fft.fft2(x)) + jnp.fft.ifft(x).imag, (Y,)),
    ],
    "igamma": [(lax.igamma, (X[0, :2] + 1, X[1, :2] + 0.5))],
    "igammac": [(lax.igammac, (X[0, :2] + 1, X[1, :2] + 0.5))],
    "nextafter": [(lambda x: lax.nextafter(x, x + 1), (Y,))],
    "qr": [(jnp.linalg.qr, (TALL,))],
    "reduce_precision": [(lambda x: lax.reduce_precision(x, 11, 40) * x, (Y,))],
    "regularized_incomplete_beta": [(lambda x: lax.betainc(1.5, 2.5, x), (X,))],
    "svd": [
        (lambda x: jnp.linalg.svd(x, compute_uv=False), (Y,)),
        (lambda x: jnp.abs(jnp.linalg.svd(x, full_matrices=False)[0]), (TALL,)),
    ],
    "while": [(as_many_loops, (X,))],
}
"""By the operation that each is an example of."""
