"""The chain rule through networks of 2 to 12 layers: equation (2), its recursion, the updates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.architectures import Tensors
from backproof.reference.answer import LOSS
from backproof.suite.tutorial.formula import FormulaTrial, Judgement, worst
from backproof.suite.tutorial.judgement import of_descent, of_gradient
from backproof.suite.tutorial.network import (
    PRINTED,
    READ,
    Reading,
    X,
    Y,
    depth,
    draw,
    gradient,
    half_squared_error,
    outputs,
    times,
)
from backproof.suite.tutorial.parameters import by_parameters

LAYERS = range(2, 13)
NARROWEST, WIDEST = 2, 5
NETWORKS = f"networks of {LAYERS[0]} to {LAYERS[-1]} layers"
LITERAL = replace(PRINTED, last=READ.last)
"""The printed products alone on trial: the last layer, which has its own trial, is put right."""


def chain_trials(seed: int) -> list[FormulaTrial]:
    """The trials of the formulas that join the layers."""
    networks = random_networks(seed)
    return [
        by_parameters(networks[0], seed),
        _equation_2(networks, seed),
        _recursion(networks, seed),
        _update("W", networks, seed),
        _update("b", networks, seed),
    ]


def random_networks(seed: int) -> list[Tensors]:
    """One network of each depth, of random widths, none of them 1."""
    rng = np.random.default_rng(seed)
    return [
        draw(rng.integers(NARROWEST, WIDEST + 1, layers + 1).tolist(), seed + layers)
        for layers in LAYERS
    ]


def judge_reading(
    reading: Reading, tensors: Tensors, seed: int, moving: list[str] | None = None
) -> Judgement:
    """Is a reading of the chain rule the gradient, by the tensors named or by all but y?"""

    def claimed(at: Mapping[str, Any]) -> dict[str, Any]:
        return gradient(at, reading)

    moving = moving or [name for name in tensors if name != Y]
    return of_gradient(half_squared_error, claimed, tensors, moving, seed)


def _equation_2(networks: list[Tensors], seed: int) -> FormulaTrial:
    """At the last layer, where dL/da is known without the recursion."""

    def judged(reading: Reading, tensors: Tensors) -> Judgement:
        return judge_reading(reading, tensors, seed, [f"{depth(tensors)}.W"])

    single = judged(LITERAL, draw([1, 1, 1], seed))
    granted = judged(replace(READ, dW=PRINTED.dW), networks[0])
    return FormulaTrial(
        "equation-2",
        "∂L/∂Wⱼ = ∂L/∂aⱼ ∂aⱼ/∂zⱼ ∂zⱼ/∂Wⱼ (2)",
        worst([judged(LITERAL, t) for t in networks], NETWORKS)
        .and_also(f"with the first product element-wise: {granted.evidence}")
        .and_also(f"with one neuron a layer it is {single.status}, {single.evidence}"),
        worst([judged(READ, t) for t in networks], NETWORKS),
        "The first product is element-wise, and the last factor is transposed: "
        "∂L/∂zⱼ = ∂L/∂aⱼ ∗ σ'(zⱼ) element by element, then ∂L/∂Wⱼ = ∂L/∂zⱼ aⱼ₋₁ᵀ.",
    )


def _recursion(networks: list[Tensors], seed: int) -> FormulaTrial:
    granted = judge_reading(replace(READ, da=PRINTED.da), networks[0], seed)
    rows = worst([_by_rows(t, seed) for t in networks], NETWORKS)
    return FormulaTrial(
        "recursion",
        "∂L/∂aⱼ = ∂L/∂aⱼ₊₁ ∂aⱼ₊₁/∂zⱼ₊₁ ∂zⱼ₊₁/∂aⱼ",
        worst([judge_reading(LITERAL, t, seed) for t in networks], NETWORKS).and_also(
            f"with the first product element-wise: {granted.evidence}"
        ),
        worst([judge_reading(READ, t, seed) for t in networks], NETWORKS).and_also(
            f"as Jacobians in the printed order: {rows.evidence}"
        ),
        "With columns, as in the text, W is transposed and comes first: ∂L/∂aⱼ = Wⱼ₊₁ᵀ ∂L/∂zⱼ₊₁. "
        "The printed order holds for Jacobians: ∂L/∂a a row, ∂a/∂z a diagonal matrix.",
    )


def _by_rows(tensors: Tensors, seed: int) -> Judgement:
    """The printed order with Jacobians: a row, a diagonal matrix and W, layer by layer to x."""

    def claimed(at: Mapping[str, Any]) -> dict[str, Any]:
        a = outputs(at)
        row = (a[-1] - at[Y]).T
        for j in range(depth(at), 0, -1):
            diagonal = np.eye(len(a[j])) * (a[j] * (1 - a[j]))
            row = times(row, diagonal, at[f"{j}.W"])
        return {LOSS: half_squared_error(at), X: row.T}

    return of_gradient(half_squared_error, claimed, tensors, [X], seed)


def _update(kind: str, networks: list[Tensors], seed: int) -> FormulaTrial:
    def judged(tensors: Tensors) -> Judgement:
        moving = [name for name in tensors if name.endswith(f".{kind}")]
        return of_descent(half_squared_error, gradient, tensors, moving, seed)

    all_of_them = worst([judged(t) for t in networks], NETWORKS)
    return FormulaTrial(
        f"update-{kind}",
        f"{kind}ⱼ = {kind}ⱼ − δ ∂L/∂{kind}ⱼ",
        all_of_them,
        all_of_them,
        "The sign = assigns: on its right stand the old values, as in the formula for A.",
    )
