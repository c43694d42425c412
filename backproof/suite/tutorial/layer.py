"""The formulas of a single layer: its shapes, its value, and the derivative of each part."""

from typing import Any

import numpy as np

from backproof.architectures import Array, Dense
from backproof.exact.balls import numbers
from backproof.manual import LAYER_RULES
from backproof.suite.tutorial.formula import FormulaTrial, Judgement, worst
from backproof.suite.tutorial.judgement import exactly, of_derivative, of_equality
from backproof.suite.tutorial.network import sigma, times
from backproof.verdict import Status

OUT, IN = 4, 3
"""The tutorial's layer: four neurons on three inputs."""


def layer_trials(seed: int) -> list[FormulaTrial]:
    """The trials of every formula about one layer."""
    rng = np.random.default_rng(seed)
    W, x, b = (rng.standard_normal(shape) for shape in ((OUT, IN), (IN, 1), (OUT, 1)))
    return [
        _neurons(W, x, b),
        _shapes(W, x, b),
        _product_shapes(rng),
        _equation_1(W, x, b),
        _activation(rng.standard_normal((OUT, 1))),
        _by_weights(W, x, b, seed),
        _by_bias(W, x, b, seed),
        _by_input(rng, seed),
        _sigmoid_slope(rng.standard_normal((OUT, 1)), seed),
    ]


def _neurons(W: Array, x: Array, b: Array) -> FormulaTrial:
    """One neuron after the other, z_o = sum_i w_oi x_i + b_o, against the stacked rows."""

    def alone(W: Any, x: Any, b: Any) -> Any:
        rows = [sum((W[o, i] * x[i, 0] for i in range(IN)), b[o, 0]) for o in range(OUT)]
        return np.stack(rows).reshape(-1, 1)

    stacked = exactly(lambda W, x, b: times(W, x) + b, W, x, b)
    judged = of_equality(stacked, exactly(alone, W, x, b))
    formula = "[z₁ z₂ z₃ z₄]ᵀ = [w₁ᵀ; w₂ᵀ; w₃ᵀ; w₄ᵀ] [x₁ x₂ x₃]ᵀ + [b₁ b₂ b₃ b₄]ᵀ"
    return FormulaTrial("neurons", formula, judged, judged)


def _shapes(W: Array, x: Array, b: Array) -> FormulaTrial:
    product, z = times(W, x), times(W, x) + b
    fits = product.shape == b.shape == z.shape == (OUT, 1)
    shown = f"{W.shape}{x.shape} + {b.shape} is {z.shape}, and nothing is broadcast"
    judged = Judgement(Status.CORRECT if fits else Status.BROKEN, shown)
    return FormulaTrial("shapes", "(4,1) = (4,3)*(3,1)+(4,1)", judged, judged)


def _product_shapes(rng: np.random.Generator) -> FormulaTrial:
    sizes = [tuple(map(int, rng.integers(1, 9, 3))) for _ in range(20)]
    fit = sum(times(np.ones((a, b)), np.ones((b, c))).shape == (a, c) for a, b, c in sizes)
    status = Status.CORRECT if fit == len(sizes) else Status.BROKEN
    judged = Judgement(status, f"so in {fit} of {len(sizes)} random sizes")
    return FormulaTrial("product-shapes", "(a,b)*(b,c) = (a,c)", judged, judged)


def _equation_1(W: Array, x: Array, b: Array) -> FormulaTrial:
    """In columns, against the hand-derived layer of rows."""

    def rows(W: Any, x: Any, b: Any) -> Any:
        return LAYER_RULES[Dense](Dense(OUT), {"W": W, "b": b[:, 0]}, x.T)[0].T

    columns = exactly(lambda W, x, b: times(W, x) + b, W, x, b)
    judged = of_equality(columns, exactly(rows, W, x, b))
    judged = judged.and_also("the other side is x Wᵀ + b of rows")
    return FormulaTrial(
        "equation-1",
        "z = Wx + b (1)",
        judged,
        judged,
        "One sample is one column. Where samples are rows, as in NumPy code, the same layer is "
        "written x Wᵀ + b, and every formula below is transposed.",
    )


def _activation(z: Array) -> FormulaTrial:
    """Element-wise: what is added to one element of z moves its own output and no other."""
    moves = []
    a = numbers(exactly(sigma, z))
    for k in range(len(z)):
        moved = numbers(exactly(sigma, z + 0.5 * np.eye(len(z))[:, [k]]))
        moves.append(
            [i for i, (m, n) in enumerate(zip(moved, a, strict=True)) if not m.overlaps(n)]
        )
    own = sum(moved == [k] for k, moved in enumerate(moves))
    status = Status.CORRECT if own == len(z) else Status.WRONG
    judged = Judgement(status, f"{own} of {len(z)} elements move their own output and no other")
    return FormulaTrial("activation", "a = σ(z)", judged, judged)


def _by_weights(W: Array, x: Array, b: Array, seed: int) -> FormulaTrial:
    def z(W: Any) -> Any:
        return times(W, x) + b

    return FormulaTrial(
        "by-weights",
        "∂zⱼ/∂Wⱼ = x = aⱼ₋₁",
        of_derivative(z, lambda _, dW: times(x, dW), W, seed),
        of_derivative(z, lambda _, dW: times(dW, x), W, seed),
        "The derivative of a column by a matrix is no column: x is the part of it that belongs to "
        "one neuron and its own row of weights. It stands on the right, dz = dW x, and is "
        "transposed in the chain.",
    )


def _by_bias(W: Array, x: Array, b: Array, seed: int) -> FormulaTrial:
    judged = of_derivative(lambda b: times(W, x) + b, lambda _, db: 1 * db, b, seed)
    return FormulaTrial(
        "by-bias",
        "∂zⱼ/∂bⱼ = 1",
        judged,
        judged,
        "1 is the number or the identity matrix, not a vector of ones: each bias moves its own "
        "neuron and no other.",
    )


def _by_input(rng: np.random.Generator, seed: int) -> FormulaTrial:
    """z_{j+1} = W_{j+1} a_j + b_{j+1} by a_j, with layers of 3, 4 and 2 neurons, then of 4 each."""

    def judged(widths: tuple[int, int, int], printed: bool) -> Judgement:
        k, n, m = widths
        here, after = rng.standard_normal((n, k)), rng.standard_normal((m, n))
        a, b = rng.standard_normal((n, 1)), rng.standard_normal((m, 1))
        claimed = here if printed else after
        return of_derivative(
            lambda a: times(after, a) + b,
            lambda _, da: times(claimed, da),
            a,
            seed,
        )

    uneven, even = (3, 4, 2), (4, 4, 4)
    square = judged(even, printed=True)
    return FormulaTrial(
        "by-input",
        "∂zⱼ₊₁/∂aⱼ = Wⱼ",
        judged(uneven, printed=True).and_also(
            f"where all layers have {even[0]} neurons it is {square.status}, {square.evidence}"
        ),
        worst([judged(uneven, printed=False), judged(even, printed=False)], "layers"),
        "The index is one too low: by equation (1) layer j+1 is zⱼ₊₁ = Wⱼ₊₁ aⱼ + bⱼ₊₁, so the "
        "derivative is Wⱼ₊₁.",
    )


def _sigmoid_slope(z: Array, seed: int) -> FormulaTrial:
    judged = of_derivative(sigma, lambda z, dz: sigma(z) * (1 - sigma(z)) * dz, z, seed)
    return FormulaTrial("sigmoid-slope", "σ'(x) = σ(x)(1−σ(x))", judged, judged)
