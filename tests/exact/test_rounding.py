"""The unit of rounding: ordinary backward passes lose a few of it, and more than that is seen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.exact import composites as c
from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT16, FLOAT32, FLOAT64, Floats, Precision
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import factors, linear, spectra
from backproof.exact.primitives.products import matmul
from backproof.exact.record import Record, Step
from backproof.exact.reverse import gradients
from backproof.exact.rounding import noise, units

LIMIT = 8
Layer = tuple[Callable[..., Step], Callable[..., Any], tuple[tuple[int, ...], ...]]


def _softmax_backward(dy: Any, x: Any) -> Any:
    y = np.exp(x - x.max(-1, keepdims=True))
    y = y / y.sum(-1, keepdims=True)
    return (y * (dy - (dy * y).sum(-1, keepdims=True)),)


def _layernorm(x: Step) -> Step:
    left = x - c.mean(x, -1, keepdims=True)
    return left / e.sqrt(c.variance(x, -1, keepdims=True) + 1e-5)


def _layernorm_backward(dy: Any, x: Any) -> Any:
    n = x.shape[-1]
    left = x - x.mean(-1, keepdims=True)
    inverse = 1 / np.sqrt((left * left).mean(-1, keepdims=True) + 1e-5).astype(x.dtype)
    y = left * inverse
    inner = n * dy - dy.sum(-1, keepdims=True) - y * (dy * y).sum(-1, keepdims=True)
    return (inverse / n * inner,)


def _dense_backward(dy: Any, x: Any, w: Any) -> Any:
    return dy @ w.T, x.T @ dy


def _tanh_backward(dy: Any, x: Any) -> Any:
    return (dy * (1 - np.tanh(x) ** 2),)


def _inv_backward(dy: Any, a: Any) -> Any:
    y = np.linalg.inv(a)
    return (-y.T @ dy @ y.T,)


def _solve_backward(dy: Any, a: Any, b: Any) -> Any:
    z = np.linalg.solve(a.T, dy)
    return -z @ np.linalg.solve(a, b).T, z


def _cholesky_backward(dy: Any, a: Any) -> Any:
    lower = np.linalg.cholesky((a + a.T) / 2)
    inner = np.tril(lower.T @ dy)
    inner = inner - 0.5 * np.diag(np.diag(inner))
    inverse = np.linalg.inv(lower)
    whole = inverse.T @ inner @ inverse
    return ((whole + whole.T) / 2,)


def _eigvalsh_backward(dy: Any, a: Any) -> Any:
    v = np.linalg.eigh((a + a.T) / 2)[1]
    return ((v * dy) @ v.T,)


LAYERS: dict[str, Layer] = {
    "dense": (matmul, _dense_backward, ((8, 16), (16, 12))),
    "tanh": (e.tanh, _tanh_backward, ((20, 20),)),
    "softmax": (c.softmax, _softmax_backward, ((8, 40),)),
    "layernorm": (_layernorm, _layernorm_backward, ((8, 40),)),
    "inv": (linear.inv, _inv_backward, ((10, 10),)),
    "solve": (linear.solve, _solve_backward, ((10, 10), (10, 3))),
    "cholesky": (factors.cholesky, _cholesky_backward, ((10, 10),)),
    "eigenvalues": (spectra.eigenvalues, _eigvalsh_backward, ((10, 10),)),
}
FORMATS = {np.dtype("float32"): FLOAT32, np.dtype("float64"): FLOAT64}


def judged(name: str, dtype: Any, seed: int) -> tuple[list[Any], list[Floats], list[Floats]]:
    """NumPy's gradients, the true ones, and the units, of one layer at a random point."""
    build, backward, shapes = LAYERS[name]
    precision: Precision = FORMATS[np.dtype(dtype)]
    random = np.random.default_rng(seed)
    arrays = [random.normal(size=shape).astype(dtype) for shape in shapes]
    if name == "cholesky":
        arrays[0] = (arrays[0] @ arrays[0].T + np.eye(len(arrays[0]))).astype(dtype)
    record = Record()
    inputs = [record.input(f"x{k}", a, precision) for k, a in enumerate(arrays)]
    y = build(*inputs)
    dy = random.normal(size=y.shape).astype(dtype)
    seed_step = record.input("dy", dy, precision)
    usual = gradients({y: seed_step}, inputs)
    steady = gradients({y: seed_step}, inputs, stable=True)
    truth = [midpoints(b) for b in over_balls([g for g in steady if g is not None])]
    return list(backward(dy, *arrays)), truth, units([g for g in usual if g is not None])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", LAYERS)
def test_right_code_is_within_the_limit(name: str, dtype: str) -> None:
    """NumPy's own right backward pass stays below 8 units in every element, 5 points."""
    for seed in range(5):
        for got, true, unit in zip(*judged(name, dtype, seed), strict=True):
            assert got.dtype == dtype
            assert float(np.max(np.abs(got.astype(float) - true) / unit)) < LIMIT


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["dense", "tanh", "softmax", "layernorm"])
def test_a_thousand_units_are_seen(name: str, dtype: str) -> None:
    """The unit is no more than some half ulps of the largest element: lost digits show."""
    got, true, unit = (parts[0] for parts in judged(name, dtype, 1))
    lost = got + 1e3 * unit
    assert np.all(np.abs(lost - true) / unit > LIMIT)
    assert np.median(unit / FORMATS[np.dtype(dtype)].half_ulp(true)) < 100


@pytest.mark.parametrize("name", ["softmax", "layernorm"])
def test_half_precision_inside_float32_is_seen(name: str) -> None:
    """A backward pass that goes through float16 is far beyond the limit in float32."""
    got, true, unit = (parts[0] for parts in judged(name, "float32", 2))
    coarse = got.astype(np.float16).astype(np.float64)
    assert np.median(np.abs(coarse - true) / unit) > LIMIT


def test_a_move_into_a_shorter_format_rounds() -> None:
    """What a library ends with in halves is rounded there, whatever the last step is called."""
    record = Record()
    x = record.input("x", np.array([1 / 3, 0.5]), FLOAT32)
    y = e.negative(x)
    assert noise(y, {}) is None
    y.precision = FLOAT16
    assert noise(y, {}).tolist() == FLOAT16.half_ulp(y.value).tolist()
    y.inputs = (record.constant(FLOAT16.rounded(x.value), FLOAT32),)
    assert noise(y, {}) is None
