"""Claims observed at points that the tests share."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import flatten
from backproof.checks.behaviour.layers import observe_layer
from backproof.checks.behaviour.notebook import Observed
from backproof.checks.behaviour.pairs import observe_pair
from backproof.programs.signature import argument_names

RNG = np.random.default_rng(11)
X, W = RNG.standard_normal((4, 3)), RNG.standard_normal((3, 2))
V = np.array([1.0, -2.0])
LABELS = np.array([0, 1, 1, 0])
SECONDS = 0.3
OWN = np.random.default_rng(8)


def pair(loss: Any, gradient: Any, *arguments: Any, **options: Any) -> Observed:
    """Observe a claim at (X, W), or at other arguments."""
    given = arguments or (X, W)
    arrived = flatten(given, argument_names(loss, len(given)))
    return observe_pair(loss, gradient, arrived, options.pop("seconds", SECONDS), **options)


def layer(forward: Any, backward: Any, *inputs: Any, **options: Any) -> Observed:
    """Observe a layer at (X, W), or at other inputs."""
    given = inputs or (X, W)
    arrived = flatten(given, argument_names(forward, len(given)))
    return observe_layer(forward, backward, arrived, options.pop("seconds", SECONDS), 5, **options)


def codes(behaviour: Observed) -> set[str]:
    """The codes of all breaches."""
    return {b.code for b in behaviour.breaches}


def half_square(x: Any, W: Any) -> Any:
    """x: (n, i)  W: (i, o): half the sum of squares of x W."""
    return 0.5 * ((x @ W) ** 2).sum()


def half_square_gradient(x: Any, W: Any) -> Any:
    """Its gradients, dx and dW."""
    y = x @ W
    return y @ W.T, x.T @ y


def dense(x: Any, W: Any) -> Any:
    """y = x W, and what its backward needs."""
    return x @ W, (x, W)


def dense_backward(dy: Any, cache: Any) -> Any:
    """dx and dW."""
    x, W = cache
    return dy @ W.T, x.T @ dy


def spoiled(spoil: Callable[[Any, Any], Any]) -> Any:
    """The right gradient, passed through `spoil(dx, dW)`."""
    return lambda x, W: spoil(*half_square_gradient(x, W))


def hangs(x: Any, W: Any) -> Any:
    """Works for ever."""
    while True:
        x = x + 0


def as_generator(x: Any, W: Any) -> Any:
    """The cache is a generator that can be asked once."""

    def steps() -> Any:
        dy = yield x @ W
        yield dense_backward(dy, (x, W))

    running = steps()
    return next(running), running


def relu_over_x(x: Any) -> Any:
    """ReLU into its input."""
    np.maximum(x, 0, out=x)
    return x, x > 0
