"""A loss and a gradient that behave, in many styles: no code."""

import os
import random
import sys
import warnings
from itertools import count
from typing import Any

import numpy as np
import pytest

from backproof.programs.random_state import GLOBAL
from checks.behaviour.observed import OWN, W, X, half_square, half_square_gradient, pair


class Model:
    """A right claim in a class, with buffers of its own and a counter that nobody sees."""

    def __init__(self) -> None:
        self.calls, self.y = 0, np.empty((4, 2))

    def loss(self, x: Any, W: Any) -> Any:
        """Counts, and computes in place."""
        self.calls += 1
        self.y = self.y.astype(x.dtype, copy=False)
        np.matmul(x, W, out=self.y)
        return 0.5 * (self.y**2).sum()

    def gradient(self, x: Any, W: Any) -> Any:
        """Computes its own forward pass."""
        self.loss(x, W)
        return {"dx": self.y @ W.T, "dW": x.T @ self.y}


def closure() -> tuple[Any, Any]:
    """A right claim that remembers what it knows by the bytes of its arguments."""
    known: dict[bytes, Any] = {}

    def gradient(x: Any, W: Any) -> Any:
        key = x.tobytes() + W.tobytes()
        return known.setdefault(key, half_square_gradient(x, W))

    return half_square, gradient


def yielded(x: Any, W: Any) -> Any:
    """A right gradient as a generator."""
    yield from half_square_gradient(x, W)


def dropped(x: Any, W: Any) -> Any:
    """Dropout by NumPy's global state."""
    return half_square(x * (np.random.random(x.shape) < 0.5), W)  # noqa: NPY002 - as others draw


def dropped_gradient(x: Any, W: Any) -> Any:
    """Its gradient, by the same numbers where the state is the same."""
    mask = np.random.random(x.shape) < 0.5  # noqa: NPY002 - as others draw
    dx, dW = half_square_gradient(x * mask, W)
    return dx * mask, dW


def drawn(x: Any, W: Any) -> Any:
    """Noise from a generator of the module's own, and from random's."""
    return half_square(x, W) + OWN.random() * random.random()


def noisy_settings(x: Any, W: Any) -> Any:
    """Changes whatever it can of the process, writes and warns."""
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    np.random.seed(0)  # noqa: NPY002 - as others draw
    random.seed(0)
    os.environ["BACKPROOF_WAS_HERE"] = "1"
    os.chdir("/")
    sys.setrecursionlimit(5000)
    print("out")
    print("err", file=sys.stderr)
    warnings.simplefilter("error")
    warnings.warn("careful", stacklevel=2)
    return half_square_gradient(x, W)


def eats_exceptions(x: Any, W: Any) -> Any:
    """Catches its own errors, and everything else."""
    try:
        raise ValueError
    except BaseException:
        return half_square_gradient(x, W)


MODEL = Model()
RIGHT: list[tuple[Any, Any]] = [
    (half_square, half_square_gradient),
    (MODEL.loss, MODEL.gradient),
    closure(),
    (half_square, yielded),
    (half_square, lambda x, W: list(half_square_gradient(x, W))),
    (half_square, lambda x, W: dict(zip("xW", half_square_gradient(x, W), strict=True))),
    (dropped, dropped_gradient),
    (drawn, half_square_gradient),
    (lambda x, W: np.array([[half_square(x, W)]]), half_square_gradient),
    (half_square, eats_exceptions),
]


@pytest.mark.parametrize(("loss", "gradient"), RIGHT)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_right_pairs_of_many_styles_are_passed(loss: Any, gradient: Any, dtype: str) -> None:
    """Classes, closures, generators, buffers, chance with a state: no breach and no doubt."""
    behaviour = pair(loss, gradient, dtype=dtype)
    assert not behaviour.breaches + behaviour.doubts
    dx, dW = half_square_gradient(X.astype(dtype), W.astype(dtype))
    assert behaviour.results["x"].dtype == behaviour.results["W"].dtype == dtype
    if loss is not dropped:
        assert np.array_equal(behaviour.results["x"], dx)
        assert np.array_equal(behaviour.results["W"], dW)


def test_chance_is_replayed_and_admitted() -> None:
    """Who draws from a state that is known is judged for one state, and the source is named."""
    assert pair(dropped, dropped_gradient).notes == (
        "draws from NumPy's global random state: judged for one state of it",
    )
    notes = " ".join(pair(drawn, half_square_gradient).notes)
    assert "draws from OWN" in notes
    assert "the global state of random" in notes


def test_the_process_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """Error state, print options, warnings, environment, random numbers, folder: nothing leaks."""

    def state() -> list[Any]:
        numpys = str(GLOBAL[0].get()), str(np.geterr()), str(np.get_printoptions())
        return [*numpys, random.getstate(), dict(os.environ), os.getcwd(), sys.getrecursionlimit()]

    before, filters = state(), list(warnings.filters)
    behaviour = pair(half_square, noisy_settings)
    assert {b.detail.split(" (")[0] for b in behaviour.breaches} == {
        "the gradient raises UserWarning: careful"
    }
    assert state() == before
    assert warnings.filters == filters
    assert capsys.readouterr() == ("", "")


def test_a_large_pair_is_asked_once() -> None:
    """Its loss and its gradient are called once each, and the result is kept."""
    calls = count()

    def counted(x: Any, W: Any) -> Any:
        next(calls)
        return half_square_gradient(x, W)

    behaviour = pair(half_square, counted, once=True)
    assert next(calls) == 1
    assert set(behaviour.results) == {"x", "W"}


def test_few_calls_are_enough() -> None:
    """A pair that is quick and right is called at most eight times."""
    calls = count()

    def counted(f: Any) -> Any:
        return lambda x, W: (next(calls), f(x, W))[1]

    pair(counted(half_square), counted(half_square_gradient))
    assert next(calls) <= 8


def test_a_stale_cache_is_filled_with_another_point_first() -> None:
    """What is computed once and kept is not this point's; that answers are alike is noted."""
    cache: list[Any] = []

    def once(x: Any, W: Any) -> Any:
        cache.append(half_square_gradient(x, W))
        return cache[0]

    behaviour = pair(half_square, once)
    assert "the gradient is the same at another point" in behaviour.notes
    assert not np.allclose(behaviour.results["x"], half_square_gradient(X, W)[0])
