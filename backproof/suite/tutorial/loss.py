"""The loss y - y_hat and the rule for the last layer, and what training makes of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.reference.answer import LOSS
from backproof.suite.tutorial.formula import FormulaTrial, Judgement, worst
from backproof.suite.tutorial.judgement import of_gradient, true_slope
from backproof.suite.tutorial.network import (
    PRINTED,
    READ,
    Join,
    Reading,
    X,
    Y,
    draw,
    gradient,
    half_squared_error,
)
from backproof.verdict import Status

OUTPUTS = 2
INPUTS = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]])
TARGETS = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]])
"""What the tiny network learns: the "and" and the "or" of two bits, a column each."""
HIDDEN, STEP, EPOCHS = 3, 1.0, 200


@dataclass(frozen=True, slots=True)
class Training:
    """Half the squared error before each update and after the last, by either last-layer rule."""

    printed: tuple[float, ...]
    signed: tuple[float, ...]

    def __str__(self) -> str:
        """What the two curves say, in a sentence."""
        return (
            f"With y − ŷ as printed half the squared error {_course(self.printed)} in "
            f"{len(self.printed) - 1} steps; with the sign put right, ŷ − y, it "
            f"{_course(self.signed)}."
        )


def difference(y: Any, y_hat: Any) -> Any:
    """The tutorial's loss, y - y_hat."""
    return y - y_hat


def half_square(y: Any, y_hat: Any) -> Any:
    """(y - y_hat)^2 / 2, whose derivative by y_hat is y_hat - y."""
    return (y - y_hat) * (y - y_hat) / 2


def loss_trials(seed: int) -> list[FormulaTrial]:
    """The loss, and its derivative by the last layer, each as it stands and as it must be read."""
    rng = np.random.default_rng(seed)
    at = {Y: rng.random((OUTPUTS, 1)), "a": rng.random((OUTPUTS, 1))}
    meant = judge_last(half_square, READ.last, at, seed)
    printed = [judge_last(loss, PRINTED.last, at, seed) for loss in (difference, half_square)]
    return [
        FormulaTrial(
            "loss",
            "L = y − ŷ",
            _of_difference(at),
            meant,
            "A loss is one number, least where ŷ = y. The rule for the last layer fits, up to its "
            "sign, half the squared error: L = ½ Σ (y − ŷ)².",
        ),
        FormulaTrial(
            "last-layer",
            "∂L/∂a_last = y − ŷ",
            worst(printed, "losses, y − ŷ and half its square").and_also(_values()),
            meant,
            "The derivative of y − ŷ is −1, that of half the squared error is ŷ − y: the sign must "
            "be turned, here or in the update.",
        ),
    ]


def judge_last(loss: Join, rule: Join, at: Mapping[str, Any], seed: int) -> Judgement:
    """Is rule(y, y_hat) the derivative, by y_hat, of the sum of loss(y, y_hat)?

    at: {"y": (n, 1), "a": (n, 1)}, a being y_hat, the output of the last layer.
    """

    def total(here: Mapping[str, Any]) -> Any:
        return loss(here[Y], here["a"]).sum()

    def claimed(here: Mapping[str, Any]) -> dict[str, Any]:
        return {LOSS: total(here), "a": rule(here[Y], here["a"])}

    return of_gradient(total, claimed, dict(at), ["a"], seed)


def train(reading: Reading, seed: int) -> tuple[float, ...]:
    """Half the squared error of a small sigmoid network, trained from scratch by a reading."""
    weights = draw([len(INPUTS), HIDDEN, len(TARGETS)], seed)
    theta = {**weights, X: INPUTS, Y: TARGETS}
    losses = []
    for _ in range(EPOCHS):
        g = gradient(theta, reading)
        losses.append(float(g[LOSS]))
        theta |= {name: theta[name] - STEP * g[name] for name in theta if name not in (X, Y)}
    return (*losses, float(half_squared_error(theta)))


def training(seed: int) -> Training:
    """The same network and the same start, with the printed sign and with the right one."""
    return Training(train(replace(READ, last=PRINTED.last), seed), train(READ, seed))


def _of_difference(at: Mapping[str, Any]) -> Judgement:
    shape = difference(at[Y], at["a"]).shape
    status = Status.CORRECT if shape == () else Status.BROKEN
    at_best = true_slope(_of_one(difference, 1.0), 1.0)
    evidence = f"with {OUTPUTS} outputs its shape is {shape}, where a loss is one number"
    return Judgement(status, evidence).and_also(
        f"with one output its slope where ŷ = y is {at_best:g}, and 0 at a minimum"
    )


def _values(y: float = 1.0, y_hat: float = 0.25) -> str:
    slopes = [true_slope(_of_one(loss, y), y_hat) for loss in (difference, half_square)]
    printed = PRINTED.last(y, y_hat)
    return (
        f"at y = {y:g}, ŷ = {y_hat:g} the rule says {printed:g}, the derivative of y − ŷ is "
        f"{slopes[0]:g}, of half its square {slopes[1]:g}"
    )


def _of_one(loss: Join, y: float) -> Callable[[Any], Any]:
    return lambda y_hat: loss(y, y_hat)


def _course(losses: tuple[float, ...]) -> str:
    first, last = losses[0], losses[-1]
    return f"{'rises' if last > first else 'falls'} from {first:.3f} to {last:.3f}"
