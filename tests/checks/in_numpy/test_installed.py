"""Layers that an installed package has: what of it runs is followed like the author's own code."""

import cProfile
import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.programs.called import reached
from backproof.verdict import Status

LAYERS = """
import numpy as np
from backproof_helps import rules


class Dense:
    def __init__(self, w):
        self.w, self.calls = w, 0

    def forward(self, x):
        self.x = x
        self.calls += 1
        out = np.zeros((len(x), self.w.shape[1]))
        for k, row in enumerate(x):
            out[k] = row @ self.w
        return out

    def backward(self, dy):
        dx = np.empty(self.x.shape)
        dx[...] = dy @ self.w.T
        return dx, rules.weights(self.x, dy)


def unused():
    return np.zeros(3)
"""
RULES = """
import numpy as np


def weights(x, dy):
    dw = np.zeros((x.shape[1], dy.shape[1]))
    for row, d in zip(x, dy):
        dw += np.outer(row, d)
    return dw
"""


@pytest.fixture
def layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package, with another one that it calls, as an installer leaves them."""
    for name, code in (("backproof_layers", LAYERS), ("backproof_helps", "")):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}-1.0.dist-info").mkdir()
        (tmp_path / name / "__init__.py").write_text(code)
    (tmp_path / "backproof_helps" / "rules.py").write_text(RULES)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("backproof_layers")
    for name in [n for n in sys.modules if n.startswith(("backproof_layers", "backproof_helps"))]:
        del sys.modules[name]


X, W = (np.random.default_rng(k).normal(size=s) for k, s in enumerate(((4, 3), (3, 2))))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_an_installed_package_computes_is_followed(layers: Any, dtype: str) -> None:
    """Right is right by forward and backward, a fault in the package is found in its own line."""

    def forward(x: Any, w: Any) -> Any:
        layer = layers.Dense(w)
        return layer.forward(x), layer

    def backward(dy: Any, layer: Any) -> Any:
        return layer.backward(dy)

    right = backproof.check_layer(forward, backward, X, W, dtype=dtype)
    assert right.status is Status.CORRECT, str(right)
    assert "forward and backward followed" in right.evidence
    rules = sys.modules["backproof_helps.rules"]
    exec(compile(RULES.replace("+=", "-="), str(rules.__file__), "exec"), vars(rules))
    wrong = backproof.check_layer(forward, backward, X, W, dtype=dtype)
    assert (wrong.status, wrong.code) == (Status.WRONG, "BP101"), str(wrong)
    assert "(rules.py:8)" in wrong.diagnosis


def test_what_did_not_run_is_not_looked_into(layers: Any) -> None:
    """Of a package the functions that ran are reached, and objects of its classes."""
    layer = layers.Dense(W)

    def loss(x: Any) -> Any:
        return layer.forward(x).sum()

    found = reached({"loss": loss}, lambda: loss(X), lambda call: call())
    names = {f.__name__ for f in found.functions}
    assert {"loss", "forward"} <= names
    assert not {"unused", "backward"} & names
    assert layer.__dict__ in found.mappings
    assert not reached({"mean": np.mean}, lambda: np.mean(X), lambda call: call()).libraries


def test_a_layer_of_a_package_is_afterwards_what_it_was(layers: Any) -> None:
    """Records leave no trace in an object of an installed class."""
    layer = layers.Dense(W)

    def loss(x: Any) -> Any:
        return (layer.forward(x) ** 2).sum()

    found = backproof.check(loss, lambda x: 2 * layer.forward(x) @ W.T, X)
    assert found.status is Status.CORRECT, str(found)
    assert type(layer.w) is np.ndarray
    assert type(layer.x) is np.ndarray


def test_a_profiler_of_the_callers_goes_on(layers: Any) -> None:
    """It is not put aside, and what is profiled is followed all the same."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        layer = layers.Dense(W)
        verdict = backproof.check(
            lambda x: layer.forward(x).sum(),
            lambda x: (layer.forward(x), layer.backward(np.ones((4, 2))))[1][0],
            X,
        )
        assert sys.getprofile() is profile
    finally:
        profile.disable()
    assert verdict.status is Status.CORRECT
    assert "400 bits" in str(verdict)
