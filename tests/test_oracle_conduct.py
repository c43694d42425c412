"""The behaviour of foreign code in floats: each misbehaviour by its code, right code by none."""

import os
import random
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import numpy as np
import pytest

from backproof.checks.arguments.trees import argument_names, flatten
from backproof.checks.behaviour.chance import GLOBAL
from backproof.checks.behaviour.conduct import Conduct, observe_pair
from backproof.checks.behaviour.layers import LayerConduct, observe_layer
from backproof.checks.behaviour.passes import against

RNG = np.random.default_rng(11)
X, W = RNG.standard_normal((4, 3)), RNG.standard_normal((3, 2))
V = np.array([1.0, -2.0])
LABELS = np.array([0, 1, 1, 0])
SECONDS = 0.3


def pair(loss: Any, gradient: Any, *arguments: Any, **options: Any) -> Conduct:
    """Observe a claim at (X, W), or at other arguments."""
    given = arguments or (X, W)
    arrived = flatten(given, argument_names(loss, len(given)))
    return observe_pair(loss, gradient, arrived, options.pop("seconds", SECONDS), **options)


def layer(forward: Any, backward: Any, *inputs: Any, **options: Any) -> LayerConduct:
    """Observe a layer at (X, W), or at other inputs."""
    given = inputs or (X, W)
    arrived = flatten(given, argument_names(forward, len(given)))
    return observe_layer(forward, backward, arrived, options.pop("seconds", SECONDS), 5, **options)


def codes(conduct: Conduct | LayerConduct) -> set[str]:
    """The codes of all acts."""
    return {act.code for act in conduct.acts}


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


# --- pairs that misbehave ------------------------------------------------------------------------


def grows_angry(x: Any, W: Any) -> Any:
    """Raises three calls deep, in code of its own."""

    def deeper() -> None:
        np.linalg.inv(np.zeros((2, 2)))

    deeper()


def too_deep(x: Any, W: Any) -> Any:
    """Recursion without an end."""
    return too_deep(x, W)


def writes_into_x(x: Any, W: Any) -> Any:
    """Uses x as its scratch."""
    gradients = half_square_gradient(x, W)
    x *= 2
    return gradients


def writes_into_labels(x: Any, labels: Any) -> Any:
    """Turns the labels into something else."""
    labels += 1
    return x


def exits(x: Any, W: Any) -> Any:
    """Takes the interpreter with it."""
    print("goodbye")
    sys.exit(3)


def interrupts(x: Any, W: Any) -> Any:
    """Pretends that somebody pressed Ctrl-C."""
    raise KeyboardInterrupt


def hangs(x: Any, W: Any) -> Any:
    """Works for ever."""
    while True:
        x = x + 0


def hangs_and_eats(x: Any, W: Any) -> Any:
    """Works for ever, and lets no exception through."""
    while True:
        with suppress(BaseException):
            x = x + 0


def sleeps_once_and_eats(x: Any, W: Any) -> Any:
    """Is late, says nothing of having been told so."""
    with suppress(BaseException):
        time.sleep(5)
    return half_square_gradient(x, W)


def accumulating() -> Any:
    """dW is added to that of the calls before."""
    kept: dict[str, Any] = defaultdict(float)

    def gradient(x: Any, W: Any) -> Any:
        dx, dW = half_square_gradient(x, W)
        kept["W"] = kept["W"] + dW
        return dx, kept["W"]

    return gradient


def tiring() -> Any:
    """dx is smaller at every call."""
    calls = count(1)
    return spoiled(lambda dx, dW: (dx / next(calls), dW))


class LastLoss:
    """A gradient that reads what the last loss left."""

    def loss(self, x: Any, W: Any) -> Any:
        """The loss, remembered."""
        self.x, self.W = x, W
        return half_square(x, W)

    def gradient(self, x: Any, W: Any) -> Any:
        """The gradient of what is remembered."""
        return half_square_gradient(self.x, self.W)


ELSEWHERE = LastLoss()

PAIRS: list[tuple[str, str, Any, Any, str]] = [
    ("BP201", "", half_square, grows_angry, "raises LinAlgError: Singular matrix (" + __file__),
    ("BP201", "", grows_angry, half_square_gradient, "the loss raises"),
    ("BP201", "", half_square, too_deep, "RecursionError"),
    ("BP201", "", half_square, exits, "calls sys.exit(3)"),
    ("BP201", "", half_square, interrupts, "KeyboardInterrupt"),
    ("BP201", "", half_square, lambda x: x, "takes 1 positional argument"),
    ("BP201", "", half_square, lambda x, W: input("dx? "), "EOFError"),
    ("BP202", "", half_square, hangs, "no answer within 0.3 s"),
    ("BP202", "", hangs, half_square_gradient, "the loss"),
    ("BP202", "", half_square, hangs_and_eats, "no answer"),
    ("BP202", "", half_square, sleeps_once_and_eats, "no answer"),
    ("BP203", "W", half_square, spoiled(lambda dx, dW: (dx, dW.T)), "has shape (2, 3), its"),
    ("BP203", "loss", lambda x, W: x.sum(0), half_square_gradient, "has shape (3,)"),
    ("BP204", "", half_square, spoiled(lambda dx, dW: dx), "expected a tuple (x: float64 array"),
    ("BP204", "", half_square, lambda x, W: {"a": x, "b": W}, "came {'a'"),
    ("BP204", "x", half_square, spoiled(lambda dx, dW: (dx > 0, dW)), "an array of bool"),
    ("BP204", "W", half_square, spoiled(lambda dx, dW: (dx, dW + 0j)), "complex128"),
    ("BP204", "", lambda x, W: (half_square(x, W), x), half_square_gradient, "one real number"),
    ("BP204", "", lambda x, W: None, half_square_gradient, "came None"),
    ("BP205", "W", half_square, spoiled(lambda dx, dW: (dx, None)), "no gradient for W"),
    ("BP208", "x", half_square, writes_into_x, "the gradient changes x in place"),
    ("BP208", "x", lambda x, W: writes_into_x(x, W)[0].sum(), half_square_gradient, "the loss"),
    ("BP210", "W", half_square, accumulating(), "moves on from its last answer"),
    ("BP210", "x", half_square, tiring(), "moves on from its last answer"),
    ("BP210", "x", ELSEWHERE.loss, ELSEWHERE.gradient, "at which the loss was asked last"),
    (
        *("BP211", "x", half_square),
        *(spoiled(lambda dx, dW: (dx + np.random.default_rng().random(), dW)), "at every call"),
    ),
    (
        *("BP211", "loss", lambda x, W: half_square(x, W) * np.random.default_rng().random()),
        *(half_square_gradient, "the loss answers otherwise"),
    ),
]


@pytest.mark.parametrize(("code", "tensor", "loss", "gradient", "said"), PAIRS)
def test_a_misbehaving_pair_is_found(
    code: str, tensor: str, loss: Any, gradient: Any, said: str
) -> None:
    """Each misbehaviour is found by its code and no other, in its tensor, and said."""
    before = X.tobytes(), W.tobytes()
    conduct = pair(loss, gradient)
    assert codes(conduct) == {code}
    assert any(act.tensor == tensor and said in act.detail for act in conduct.acts), conduct.acts
    assert before == (X.tobytes(), W.tobytes())


def test_changed_labels_are_named() -> None:
    """An argument that has no gradient must stay as it is too."""
    conduct = pair(lambda x, labels: x.sum(), writes_into_labels, X, LABELS.copy())
    assert [(act.code, act.tensor) for act in conduct.acts] == [("BP208", "labels")]


def test_what_is_not_finite_is_suspected_only() -> None:
    """An infinite loss and a NaN among gradients: whether the truth is finite, others must say."""
    conduct = pair(
        lambda x, W: np.exp(1000 * W[0, 0] ** 0), spoiled(lambda dx, dW: (dx * [1, np.nan, 1], dW))
    )
    assert not conduct.acts
    assert [(s.code, s.tensor) for s in conduct.suspicions] == [("BP207", "loss"), ("BP206", "x")]
    assert "4 of 12 elements are not finite, x[0, 1] is nan" in conduct.suspicions[1].detail


# --- pairs that are right ------------------------------------------------------------------------


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


OWN = np.random.default_rng(8)


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
def test_right_pairs_of_many_styles_are_acquitted(loss: Any, gradient: Any, dtype: str) -> None:
    """Classes, closures, generators, buffers, chance with a state: no act and no suspicion."""
    conduct = pair(loss, gradient, dtype=dtype)
    assert not conduct.acts + conduct.suspicions + conduct.left_out
    dx, dW = half_square_gradient(X.astype(dtype), W.astype(dtype))
    assert conduct.gradients["x"].dtype == conduct.gradients["W"].dtype == dtype
    if loss is not dropped:
        assert np.array_equal(conduct.gradients["x"], dx)
        assert np.array_equal(conduct.gradients["W"], dW)


def test_chance_is_replayed_and_admitted() -> None:
    """Who draws from a state that is known is judged for one state, and the source is named."""
    assert pair(dropped, dropped_gradient).notes == (
        "draws from NumPy's global random state: judged for one state of it",
    )
    notes = " ".join(pair(drawn, half_square_gradient).notes)
    assert "draws from OWN" in notes
    assert "the global state of random" in notes


def test_the_process_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """Error state, print options, warnings, environment, random numbers: nothing leaks out."""

    def state() -> list[Any]:
        numpys = str(GLOBAL[0].get()), str(np.geterr()), str(np.get_printoptions())
        return [*numpys, random.getstate(), dict(os.environ), sys.getrecursionlimit()]

    before, filters = state(), list(warnings.filters)
    conduct = pair(half_square, noisy_settings)
    assert {act.detail.split(" (")[0] for act in conduct.acts} == {
        "the gradient raises UserWarning: careful"
    }
    assert state() == before
    assert warnings.filters == filters
    assert capsys.readouterr() == ("", "")


def test_a_slow_pair_is_asked_less() -> None:
    """When its time is spent, the checks that were left out are named, and the result is kept."""
    calls: list[str] = []

    def slow(x: Any, W: Any) -> Any:
        calls.append("gradient")
        time.sleep(0.06)
        return half_square_gradient(x, W)

    conduct = pair(half_square, slow, patience=0.1)
    assert conduct.left_out == ("a second answer",)
    assert len(calls) == 2
    assert set(conduct.gradients) == {"x", "W"}


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

    conduct = pair(half_square, once)
    assert "the gradient is the same at another point" in conduct.notes
    assert not np.allclose(conduct.gradients["x"], half_square_gradient(X, W)[0])


# --- layers that misbehave -----------------------------------------------------------------------


def relu_over_x(x: Any) -> Any:
    """ReLU into its input."""
    np.maximum(x, 0, out=x)
    return x, x > 0


def over_dy(dy: Any, cache: Any) -> Any:
    """Scales dy in place; the result is right."""
    dx, dW = dense_backward(dy, cache)
    dy *= 0
    return dx, dW


def over_cached_x(dy: Any, cache: Any) -> Any:
    """Writes into x, which it was given as its cache."""
    dx, dW = dense_backward(dy, cache)
    cache[0][...] = 0
    return dx, dW


def dense_copying(x: Any, W: Any) -> Any:
    """Keeps copies."""
    return x @ W, {"x": x.copy(), "W": W.copy()}


def over_the_copy(dy: Any, cache: Any) -> Any:
    """Writes into what was kept."""
    dx, dW = dense_backward(dy, (cache["x"], cache["W"]))
    cache["x"] *= 0.5
    return dx, dW


class Sharing:
    """A layer whose backward reads what the last forward pass left, though there is a cache."""

    def forward(self, x: Any, W: Any) -> Any:
        """Keeps x in the layer and W in the cache."""
        self.x = x
        return x @ W, W

    def backward(self, dy: Any, W: Any) -> Any:
        """Reads both."""
        return dy @ W.T, self.x.T @ dy


class Adding:
    """A layer whose dW is added to those of all passes before."""

    dW: Any = 0

    def forward(self, x: Any, W: Any) -> Any:
        """Y alone: the cache is the layer."""
        self.x, self.W = x, W
        return x @ W

    def backward(self, dy: Any) -> Any:
        """Accumulates."""
        self.dW = self.dW + self.x.T @ dy
        return dy @ self.W.T, self.dW


def adding_pullback() -> Any:
    """A pullback that adds to its last answer, with a forward pass of its own each time."""

    def forward(x: Any, W: Any) -> Any:
        total = np.zeros_like(W)

        def pullback(dy: Any) -> Any:
            nonlocal total
            total = total + x.T @ dy
            return dy @ W.T, total

        return x @ W, pullback

    return forward


def bent(bend: Callable[[Any], Any]) -> Any:
    """The right backward of a dense layer, of a cotangent that is bent before."""
    return lambda dy, cache: dense_backward(bend(dy), cache)


def after(spoil: Callable[[Any], Any]) -> Any:
    """The right backward of a dense layer, with dW spoiled after."""

    def backward(dy: Any, cache: Any) -> Any:
        dx, dW = dense_backward(dy, cache)
        return dx, spoil(dW)

    return backward


SHARING, ADDING = Sharing(), Adding()
LAYERS: list[tuple[str, str, Any, Any, str]] = [
    ("BP201", "", dense, lambda dy, cache: 1 // 0, "the backward pass raises ZeroDivisionError"),
    ("BP201", "", lambda x, W: x @ W.T, None, "the forward pass raises ValueError"),
    ("BP202", "", dense, hangs, "the backward pass has no answer within 0.3 s"),
    ("BP203", "W", dense, after(lambda dW: dW.sum(0)), "has shape (2,), its tensor has (3, 2)"),
    ("BP204", "", lambda x, W: x @ W, dense_backward, "expected (y, cache)"),
    ("BP204", "", dense, None, "expected (y, pullback)"),
    ("BP204", "", lambda x, W: ("y", x), dense_backward, "no floating-point numbers"),
    ("BP204", "", dense, lambda dy, cache: dy, "expected a tuple"),
    ("BP205", "W", dense, after(lambda dW: None), "no gradient for W"),
    ("BP208", "dy", dense, over_dy, "the backward pass changes dy in place"),
    ("BP208", "x", dense, over_cached_x, "the backward pass changes x in place"),
    ("BP209", "cache['x']", dense_copying, over_the_copy, "a second one is wrong in W"),
    ("BP210", "W", SHARING.forward, SHARING.backward, "answers for the last forward pass"),
    ("BP210", "W", ADDING.forward, ADDING.backward, "moves on from its last answer"),
    ("BP210", "W", adding_pullback(), None, "a second backward pass"),
    (
        *("BP211", "y", lambda x, W: (x @ W + np.random.default_rng().random(), (x, W))),
        *(dense_backward, "the forward pass answers otherwise at every call"),
    ),
    (
        *("BP211", "W", dense, after(lambda dW: dW * np.random.default_rng().random())),
        "the backward pass answers otherwise at every call",
    ),
    ("BP212", "x", dense, bent(abs), "for -dy"),
    ("BP212", "W", dense, after(lambda dW: np.clip(dW, -5, 5)), "times as large"),
    ("BP212", "W", dense, after(lambda dW: dW + 1e-10), "for -dy it is 2e-10 off"),
    (
        "BP212",
        "W",
        dense,
        after(lambda dW: dW / max(1.0, np.linalg.norm(dW))),
        "for 1048576 dy it is 1 times",
    ),
    ("BP212", "x", dense, bent(lambda dy: np.where(abs(dy) > np.median(abs(dy)), dy, 0)), "sum"),
]


@pytest.mark.parametrize(("code", "tensor", "forward", "backward", "said"), LAYERS)
def test_a_misbehaving_layer_is_found(
    code: str, tensor: str, forward: Any, backward: Any, said: str
) -> None:
    """Each misbehaviour is found by its code and no other, in its tensor, and said."""
    conduct = layer(forward, backward)
    assert codes(conduct) == {code}
    assert any(act.tensor == tensor and said in act.detail for act in conduct.acts), conduct.acts


def test_writing_y_over_x_is_a_changed_input() -> None:
    """ReLU in place is convicted of the change, and its output not suspected besides."""
    conduct = layer(relu_over_x, lambda dy, mask: dy * mask, X)
    assert [(act.code, act.tensor) for act in conduct.acts] == [("BP208", "x")]
    assert not conduct.suspicions


def test_a_view_of_the_input_is_a_note() -> None:
    """A flattened x is right unless written into, and so is a gradient in dy's memory."""
    conduct = layer(lambda x: (x.reshape(-1), x.shape), lambda dy, shape: dy.reshape(shape), X)
    assert not conduct.acts + conduct.suspicions
    assert conduct.notes == ("the gradient of x shares memory with dy", "y is a view of x")


def test_an_output_that_is_the_input_itself_is_convicted() -> None:
    """Whoever updates y in place, as many do, changes x."""
    conduct = layer(lambda x: (x, None), lambda dy, cache: dy.copy(), X)
    assert [(act.code, act.tensor) for act in conduct.acts] == [("BP213", "y")]


def test_two_gradients_in_one_memory_are_a_note() -> None:
    """One array for two gradients is right until one of them is updated in place."""
    conduct = layer(lambda a, b: (a + b, None), lambda dy, cache: (dy, dy), X, 2 * X)
    assert not conduct.acts
    assert not conduct.suspicions
    assert "the gradients of a and b share memory" in conduct.notes


def test_an_ignored_cotangent_is_suspected_by_its_own_code() -> None:
    """The same gradient for every cotangent is not linear, but BP109 says more."""
    conduct = layer(dense, lambda dy, cache: dense_backward(np.ones_like(dy), cache))
    assert not conduct.acts
    assert {(s.code, s.tensor) for s in conduct.suspicions} == {("BP109", "x"), ("BP109", "W")}


# --- layers that are right -----------------------------------------------------------------------


class Counting:
    """A layer in a class: y alone, own buffers, running statistics, gradients kept on the side."""

    def __init__(self) -> None:
        self.mean, self.dW = 0.0, np.zeros((3, 2))

    def forward(self, x: Any, W: Any) -> Any:
        """Updates a running mean that its output does not depend on."""
        self.x, self.W = x, W
        self.mean = 0.9 * self.mean + 0.1 * float(x.mean())
        return x @ W

    def backward(self, dy: Any, rate: float = 0.1) -> Any:
        """Writes into its own dW, and forgets x."""
        self.dW = self.dW.astype(dy.dtype, copy=False)
        np.matmul(self.x.T, dy, out=self.dW)
        del self.x
        return dy @ self.W.T, self.dW


def in_place(x: Any, W: Any) -> Any:
    """A pullback that works in a buffer it keeps."""
    y = x @ W
    buffer = np.empty_like(y)

    def pullback(dy: Any) -> Any:
        np.multiply(dy, 1, out=buffer)
        return buffer @ W.T, x.T @ buffer

    return y, pullback


def as_generator(x: Any, W: Any) -> Any:
    """The cache is a generator that can be asked once."""

    def steps() -> Any:
        dy = yield x @ W
        yield dense_backward(dy, (x, W))

    running = steps()
    return next(running), running


def popping(dy: Any, caches: Any) -> Any:
    """Takes its cache off a stack."""
    return dense_backward(dy, caches.pop())


def masked(x: Any) -> Any:
    """Dropout by a generator of the module's own."""
    mask = (OWN.random(x.shape) < 0.5) / x.dtype.type(0.5)
    return x * mask, mask


def centred(x: Any) -> Any:
    """Whose gradient is 0 for one column of ones: rounding is all there is."""
    return x - x.mean(0), None


class Remembering:
    """A layer that hands itself out as its cache."""

    def forward(self, x: Any, W: Any) -> Any:
        """Keeps its inputs."""
        self.x, self.W = x, W
        return x @ W, self

    def backward(self, dy: Any, cache: Any) -> Any:
        """Reads what it keeps."""
        return dense_backward(dy, (self.x, self.W))


def through_float32(dy: Any, cache: Any) -> Any:
    """Linear, though with the rounding of float32 in float64."""
    return tuple(g.astype(np.float32).astype(g.dtype) for g in dense_backward(dy, cache))


COUNTING, REMEMBERING = Counting(), Remembering()
RIGHT_LAYERS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (dense, dense_backward, (X, W)),
    (COUNTING.forward, COUNTING.backward, (X, W)),
    (REMEMBERING.forward, REMEMBERING.backward, (X, W)),
    (dense, through_float32, (X, W)),
    (in_place, None, (X, W)),
    (as_generator, lambda dy, running: running.send(dy), (X, W)),
    (lambda x, W: (x @ W, [(x, W)]), popping, (X, W)),
    (masked, lambda dy, mask: dy * mask, (X,)),
    (centred, lambda dy, cache: dy - dy.mean(0), (X,)),
    (lambda x: (x - x.mean(), None), lambda dy, cache: dy - dy.mean(), (np.ones((1, 1)),)),
    (lambda x: ((x.sum(), 2 * x), None), lambda dy, c: dy[0] + 2 * dy[1], (X,)),
    (lambda x: ({"a": x + 1, "n": 3}, None), lambda dy, c: dy["a"].copy(), (X,)),
    (lambda x, ids: (x[ids], (x.shape, ids)), lambda dy, c: scattered(dy, *c), (X, LABELS)),
]


def scattered(dy: Any, shape: Any, ids: Any) -> Any:
    """The gradient of a lookup: rows that were taken twice are added."""
    dx = np.zeros(shape, dy.dtype)
    np.add.at(dx, ids, dy)
    return dx, None


@pytest.mark.parametrize(("forward", "backward", "inputs"), RIGHT_LAYERS)
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_right_layers_of_many_styles_are_acquitted(
    forward: Any, backward: Any, inputs: Any, dtype: str
) -> None:
    """Caches, closures, objects, buffers, stacks, several outputs: no act and no suspicion."""
    conduct = layer(forward, backward, *inputs, dtype=dtype)
    assert not conduct.acts + conduct.suspicions + conduct.left_out
    assert len(conduct.cotangents) == len(conduct.gradients) == 2
    for dy in conduct.cotangents:
        assert set(dy) == set(conduct.outputs)
        assert all(d.dtype == conduct.outputs[n].dtype and (d != 0).all() for n, d in dy.items())


def test_a_slow_layer_is_asked_once() -> None:
    """With no patience left one cotangent is judged, and the checks left out are named."""
    conduct = layer(dense, dense_backward, patience=0.0)
    assert len(conduct.gradients) == 1
    assert conduct.left_out == ("a call at another point", "a second cotangent")
    assert np.array_equal(conduct.gradients[0]["x"], conduct.cotangents[0]["y"] @ W.T)


def test_cotangents_take_the_structure_of_y() -> None:
    """A number answers a number, an array an array, and what is no output has None."""
    y = {"loss": X.sum(), "h": V, "n": 3}
    dy = against(y, {"y['loss']": np.array(0.5), "y['h']": V})
    assert np.shape(dy["loss"]) == ()
    assert dy["h"].shape == V.shape
    assert dy["n"] is None


def test_what_does_not_end_elsewhere_is_only_noted() -> None:
    """A claim that hangs at another point, and nowhere else, is acquitted."""

    def picky(x: Any, W: Any) -> Any:
        while x[0, 0] != X[0, 0]:
            pass
        return half_square_gradient(x, W)

    conduct = pair(half_square, picky)
    assert not conduct.acts
    assert "no answer within 0.3 s when asked at another point" in conduct.notes


def test_numbers_that_overflow_in_the_observer_raise_nothing() -> None:
    """Infinite inputs and long doubles beyond float64 are observed without a warning."""
    big = np.array([np.inf, -1.0, 2.0])
    assert not pair(lambda x: x.sum(), np.ones_like, big).acts
    huge = np.full(3, np.finfo(np.longdouble).max / 8)
    conduct = layer(lambda x: (x * 2, None), lambda dy, cache: dy * huge, huge)
    assert not conduct.acts


def test_a_cache_for_one_use_is_noted() -> None:
    """A second backward pass of one forward pass that raises is told, and nobody is blamed."""
    conduct = layer(as_generator, lambda dy, running: running.send(dy))
    assert "the backward pass can run once for each forward pass" in conduct.notes
