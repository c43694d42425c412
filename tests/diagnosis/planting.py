"""Layers run with a mistake planted in their backward pass, recorded as the judge records them."""

import linecache
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import layers
import numpy as np
import recurrent
from mutation import Mutation

from backproof.programs.numpy.running import run_layer, run_pair
from backproof.programs.run import Run

SHAPES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "layer_norm": {"x": (4, 4), "gamma": (4,), "beta": (4,)},
    "batch_norm": {"x": (5, 3), "gamma": (3,), "beta": (3,)},
    "attention": {"x": (2, 4, 4), "Q": (4, 4), "K": (4, 4), "V": (4, 4), "P": (4, 4)},
    "gru": {"x": (3, 2, 3), "h0": (2, 4), "W": (3, 4), "U": (4, 4), "R": (3, 4), "C": (4, 4),
            "D": (3, 4), "E": (4, 4)},
    "lstm": {"x": (3, 2, 3), "h0": (2, 3), "c0": (2, 3), "W": (3, 12), "U": (3, 12), "b": (12,)},
    "convolution": {"x": (2, 2, 4, 4), "W": (3, 2, 2, 2), "b": (3,)},
    "cosine": {"a": (4, 3), "b": (4, 3)},
    "cross_entropy": {"x": (4, 3), "W": (3, 4), "b": (4,), "V": (4, 3)},
}  # fmt: skip
DY = {"layer_norm": (4, 4), "batch_norm": (5, 3), "attention": (2, 4, 4), "gru": (2, 4),
      "lstm": (2, 3), "convolution": (2, 3, 3, 3), "cosine": (4,)}  # fmt: skip
"""The shapes of cotangents; what has none is a loss."""
TARGET = np.eye(3)[[0, 2, 1, 0]]
HOMES = {name: home for home in (layers, recurrent) for name in SHAPES if hasattr(home, name)}
"""The module of each layer."""


def backward(layer: str, mutation: Mutation | None = None) -> tuple[Callable[..., Any], int]:
    """The backward pass of a layer with a mistake in it, and the line of the mistake."""
    name, home = f"{layer}_backward", HOMES[layer]
    lines = linecache.getlines(str(home.__file__))
    start = next(k for k, line in enumerate(lines) if line.startswith(f"def {name}("))
    end = next((k for k in range(start + 1, len(lines)) if lines[k].startswith("def ")), None)
    source = "".join(lines[start:end])
    if mutation is None:
        return _compiled(source, start, name, home), 0
    body = source.index('"""', source.index('"""') + 3)
    k = source.index(mutation.right, body)
    wrong = source[:k] + mutation.wrong + source[k + len(mutation.right) :]
    differ = zip(mutation.right.split("\n"), mutation.wrong.split("\n"), strict=True)
    line = start + 1 + source[:k].count("\n") + next(n for n, (a, b) in enumerate(differ) if a != b)
    return _compiled(wrong, start, name, home), line


def _compiled(source: str, start: int, name: str, home: ModuleType) -> Callable[..., Any]:
    """A function from source that keeps its line numbers and can be cited."""
    file = f"{name}.py"
    text = "\n" * start + source
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    found = dict(vars(home))
    exec(compile(text, file, "exec"), found)
    function: Callable[..., Any] = found[name]
    return function


def inputs(layer: str, seed: int = 0, dtype: str = "float64") -> dict[str, Any]:
    """Random inputs of a layer."""
    random = np.random.default_rng(seed)
    half = 0.5 if layer in ("gru", "lstm", "attention") else 1.0
    return {n: (half * random.standard_normal(s)).astype(dtype) for n, s in SHAPES[layer].items()}


def recorded(layer: str, wrong: Callable[..., Any], seed: int = 0, dtype: str = "float64") -> Run:
    """A run of a layer with a backward pass."""
    tensors, forward = inputs(layer, seed, dtype), getattr(HOMES[layer], layer)
    order = list(SHAPES[layer])

    def rebuild(at: Mapping[str, Any]) -> list[Any]:
        return [at[n] for n in order]

    if layer not in DY:

        def loss(*args: Any) -> Any:
            return forward(*args, TARGET.astype(dtype))

        def gradient(*args: Any) -> Any:
            return wrong(*args, TARGET.astype(dtype))

        return run_pair(loss, gradient, tensors, rebuild, lambda g: g)
    dy = np.random.default_rng(seed + 1).standard_normal(DY[layer]).astype(dtype)

    def once(*args: Any) -> Any:
        return forward(*args), args

    def back(d: Any, cache: Any) -> Any:
        return wrong(d, *cache)

    return run_layer(once, back, tensors, rebuild, lambda g: g, lambda name, y: dy)
