"""Following foreign NumPy code on trial: what it certifies, convicts, refuses and leaves alone."""

import importlib
import math
import pkgutil
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import foreign
import numpy as np
import pytest
from foreign import Pair
from scipy import special
from scipy.spatial import distance

from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import balls, midpoints
from reference.exact.ball import Ball
from reference.exact.short import Rounded, Short, rounded
from reference.exact.witness import Exact, examine, point
from reference.exact_numpy import linear
from reference.exact_numpy.arithmetics import DOUBLE, EXACT, SHORT
from reference.exact_numpy.followed import Counted, Followed, followed
from reference.exact_numpy.following import following
from reference.exact_numpy.mathematics import MATH
from reference.exact_numpy.ufuncs import INSTEAD

PAIRS: list[Pair] = [
    pair
    for module in pkgutil.iter_modules(foreign.__path__)
    for pair in importlib.import_module(f"foreign.{module.name}").PAIRS
]
CERTIFIED, CONSTANTS = 2.9, 4e-15
pairs = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)

Results = dict[str, Any]


def named(pair: Pair) -> dict[str, Any]:
    """The differentiated arguments, by names for them."""
    moving = pair.args[: len(pair.gradient(*pair.args))]
    return {f"x{k}": np.asarray(x) for k, x in enumerate(moving)}


def results(pair: Pair, at: Mapping[str, Any], enter: Callable[[Any], Any]) -> dict[str, Any]:
    """The loss and every gradient, by name."""
    args = [*map(enter, at.values()), *enter(list(pair.args[len(at) :]))]
    return {"loss": pair.loss(*args), **dict(zip(at, pair.gradient(*args), strict=True))}


def examined(pair: Pair, fault: float = 0.0) -> Exact:
    """The pair in exact arithmetic; the first gradient's largest element off by a part of it."""
    at, largest = named(pair), int(np.argmax(np.abs(pair.gradient(*pair.args)[0])))

    def gradient(here: Mapping[str, Any]) -> dict[str, Any]:
        found = results(pair, here, enter)
        first = np.array(found["x0"], dtype=object)
        first.reshape(-1)[largest] = first.reshape(-1)[largest] * (1 + fault)
        return {**found, "x0": first}

    with following(pair.loss, pair.gradient) as enter:
        return examine(lambda here: results(pair, here, enter)["loss"], gradient, point(at), at, 0)


@pairs
def test_right_code_is_followed_and_certified(pair: Pair) -> None:
    """Its order is 3, or nothing is missing but the rounding of its own constants."""
    exact = examined(pair)
    assert exact.order.odd >= CERTIFIED or exact.order.residue < CONSTANTS
    for name, g in results(pair, named(pair), lambda x: x).items():
        true = midpoints(exact.values[name], np.shape(g))
        np.testing.assert_allclose(np.asarray(g, float), true, rtol=1e-5, atol=1e-5)


def test_most_right_code_is_certified_outright() -> None:
    """At order 3, without an excuse: nine of ten pairs, of at least two dozen."""
    certified = sum(examined(pair).order.odd >= CERTIFIED for pair in PAIRS)
    assert len(PAIRS) >= 24
    assert certified >= 0.9 * len(PAIRS)


@pairs
def test_a_part_of_a_billionth_is_convicted(pair: Pair) -> None:
    """The followed code is judged as strictly as any: one element off by 1e-9 shows."""
    order = examined(pair, 1e-9).order
    assert not order.right
    assert order.residue > CONSTANTS


@pairs
def test_the_same_code_runs_in_float64_and_in_fewer_bits(pair: Pair) -> None:
    """Float64 differs from exact by rounding; 20 bits differ by more, but by rounding as well."""
    exact = examined(pair).values
    for arithmetic, context, tolerance in ((DOUBLE, nullcontext(), 1e-12), (SHORT, rounded(20), 1)):
        with context, following(pair.loss, pair.gradient, arithmetic=arithmetic) as enter:
            found = results(pair, named(pair), enter)
        for name, true in exact.items():
            expected = midpoints(true, np.shape(found[name]))
            scale = 1e-3 * tolerance if arithmetic is SHORT else tolerance
            error = np.max(np.abs(np.asarray(found[name], float) - expected))
            assert error <= scale * (1 + np.max(np.abs(expected)))


CONSTANT = np.array([0.5, 0.25])
SEEN: list[Any] = [np.zeros(2), 0]


class Model:
    """Holds arrays, a view of one of them, and a count."""

    shared = np.ones(2)

    def __init__(self) -> None:
        self.flat = np.arange(4.0)
        self.W, self.b = self.flat[:2], self.flat[2:].reshape(1, 2)
        self.calls = 0

    def loss(self, x: Any, fail: bool = False) -> Any:
        """Writes into everything within reach."""
        self.calls += 1
        self.flat += x[0]
        Model.shared[0] = x[1]
        SEEN[0][:] = x * CONSTANT
        SEEN[1] = self.calls
        self.new = np.sqrt(x)
        if fail:
            raise KeyError("on purpose")
        return float((self.W * x).sum() + self.b.mean() + Model.shared.sum() + SEEN[0].sum())


@pytest.mark.parametrize("fail", [False, True])
def test_everything_is_left_as_it_was(fail: bool) -> None:
    """Globals, lists, class attributes and objects, after a result and after an exception."""
    model, x = Model(), np.array([1.5, 2.0])
    flat, shared, seen, before = model.flat, Model.shared, SEEN[0], dict(vars(model))
    with (
        exactly(400),
        pytest.raises(KeyError) if fail else nullcontext(),
        following(model.loss) as enter,
    ):
        assert isinstance(model.loss(enter(x), fail), Ball)
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is value for name, value in before.items())
    assert (model.flat is flat, Model.shared is shared, SEEN[0] is seen) == (True, True, True)
    assert flat.tolist() == [0, 1, 2, 3]
    assert (shared.tolist(), seen.tolist(), SEEN[1]) == ([1, 1], [0, 0], 0)
    assert globals()["np"] is importlib.import_module("numpy")
    assert "float" not in globals()
    assert type(np.zeros(1)) is np.ndarray


def test_views_stay_views() -> None:
    """An array written through its base is seen by its views, in any arithmetic."""
    model, x = Model(), np.array([1.5, 2.0])
    with following(model.loss, arithmetic=DOUBLE) as enter:
        found = model.loss(enter(x))
    assert found == model.loss(x)


def local_import(x: Any) -> Any:
    """Imports where it computes."""
    import numpy as somebody
    from numpy import zeros

    out = zeros(2, dtype=somebody.float32)
    out[:] = x
    return out


def test_imports_inside_of_functions_are_followed_and_nobody_elses() -> None:
    """Only the followed function's own import statements meet what stands for NumPy."""
    elsewhere: dict[str, Any] = {}
    with exactly(400), following(local_import) as enter:
        assert isinstance(local_import(enter(np.ones(2))), Followed)
        exec("import numpy", elsewhere)
    assert elsewhere["numpy"] is np
    assert type(local_import(np.ones(2))) is np.ndarray


def answers(x: Any) -> list[Any]:
    """What code asks to find out whether it has been given floats."""
    scalar = x[0]
    return [
        x.dtype == np.float64,
        x.dtype == float,
        np.issubdtype(x.dtype, np.floating),
        np.finfo(x.dtype).eps == 2.0**-52,
        isinstance(x, np.ndarray),
        isinstance(scalar, float),
        isinstance(scalar, int | float),
        isinstance(scalar, np.floating),
        isinstance(float(scalar), float),
        isinstance(x.item() if x.size == 1 else x.tolist()[0], float),
        np.ndim(scalar) == 0,
        np.isscalar(scalar),
        not isinstance("0.5", float),
        not isinstance(3, float),
        float("0.5") == 0.5,
        x.astype(np.float32).dtype == np.float64,
        x.astype("float32").dtype == np.float64,
        np.zeros(2, np.float32).dtype == np.float64,
        (x > 0).astype(float).dtype == np.float64,
        (x > 0).dtype == bool,
        np.arange(3).dtype.kind == "i",
        scalar.dtype == np.float64,
        scalar.shape == (),
        np.float32(scalar) == scalar,
        f"{scalar:.1f}" == "0.7",
        np.array(["a", "b"]).tolist() == ["a", "b"],
    ]


@pytest.mark.parametrize("arithmetic", [EXACT, SHORT], ids=lambda a: a.name)
def test_code_that_asks_is_told_float64(arithmetic: Any) -> None:
    """Every question that code asks of floats has the answer that floats give."""
    with exactly(400), rounded(30), following(answers, arithmetic=arithmetic) as enter:
        told = answers(enter(np.array([0.6875, -2.0])))
    assert [k for k, answer in enumerate(told) if not answer] == []


def histogram(x: Any) -> Any:
    """No exact form."""
    return np.histogram(x)


def by_math(x: Any) -> Any:
    """Forced by C code."""
    return math.ldexp(x[0], 2)


def into_data(x: Any) -> Any:
    """Writes into an array that is too large to be lifted."""
    DATA[:2] += x
    return DATA


def truncated(x: Any) -> Any:
    """1 within a radius, cut off."""
    return (np.tanh(x) - np.tanh(x) + 1).astype(int)


def distances_by_scipy(x: Any) -> Any:
    """Compiled code that raises a ValueError of its own."""
    return distance.cdist(x[:, None], x[:, None])


def decomposed(x: Any) -> Any:
    """Singular values."""
    return np.linalg.svd(np.outer(x, x))


DATA = np.zeros(2**18 + 1)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (histogram, "np.histogram has no exact form"),
        (by_math, "math.ldexp has no exact form"),
        (into_data, "that is only read elsewhere is written to"),
        (truncated, "a whole number is undecided at 400 bits"),
        (distances_by_scipy, "scipy.spatial.distance.cdist has no exact form"),
        (decomposed, "np.linalg.svd has no exact form"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_file_and_line(
    function: Callable[..., Any], message: str
) -> None:
    """The message says what, and where in the claim's own code; nothing has been written."""
    line = function.__code__.co_firstlineno + 2
    place = rf"{message} at .*test_exact_numpy\.py:{line}"
    with (
        exactly(400),
        pytest.raises(CannotFollow, match=place),
        following(function) as enter,
    ):
        function(enter(np.array([0.5, 1.5])))
    assert not DATA.any()


def test_two_threads_are_never_followed_at_once() -> None:
    """The second one is refused, not mixed with the first."""
    refused: list[str] = []

    def second() -> None:
        try:
            with following(histogram):
                pass
        except RuntimeError as error:
            refused.append(str(error))

    with following(answers):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_one_arithmetic_at_a_time() -> None:
    """Within itself code is followed once more and restored; in another arithmetic it is not."""
    with exactly(400), following(local_import) as enter:
        with following(local_import):
            assert isinstance(local_import(enter(np.ones(2))), Followed)
        assert isinstance(local_import(enter(np.ones(2))), Followed)
        with pytest.raises(RuntimeError, match="in another arithmetic"):
            following(local_import, arithmetic=SHORT).__enter__()
    assert type(local_import(np.ones(2))) is np.ndarray


IMAGINED: dict[str, tuple[float, ...]] = {
    "arccosh": (1.5, 2.25),
    "arctanh": (0.25, -0.5),
    "arcsin": (0.25, -0.5),
    "arccos": (0.25, -0.5),
    "logit": (0.25, 0.75),
}
"""Functions that are real of some numbers only."""


@pytest.mark.parametrize("name", sorted(INSTEAD))
def test_every_elementwise_function_is_the_one_of_its_name(name: str) -> None:
    """Of balls and of floats alike, to 1e-12; no entry of the table is left out."""
    real = getattr(np._core.umath, name, None) or getattr(special, name)
    x = np.array(IMAGINED.get(name, (0.5, 1.75, 2.25)))
    args = (x, x[::-1].copy() + 0.125, x + 1)[: real.nin]
    with exactly(400):
        found = real(*map(followed, args))
        values = found if isinstance(found, Counted) else midpoints(balls(found), found.shape)
    np.testing.assert_allclose(values, real(*args), rtol=1e-12)


A, B = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 2.0]]), np.eye(3)[:, :2] + 0.5
EXAMPLES: dict[Any, Callable[[Any], Any]] = {
    np.dot: lambda a: np.dot(a, B),
    np.linalg.inv: lambda a: np.linalg.inv(np.stack([a, 2 * a])),
    np.linalg.det: np.linalg.det,
    np.linalg.solve: lambda a: np.linalg.solve(a, B),
    np.linalg.slogdet: lambda a: np.linalg.slogdet(-a)[1],
    np.linalg.cholesky: np.linalg.cholesky,
    np.apply_along_axis: lambda a: np.apply_along_axis(np.cumsum, 0, a),
    np.bincount: lambda a: np.bincount([0, 2, 2], weights=a[0], minlength=4),
    np.interp: lambda a: np.interp([0, 0.7, 9], np.sort(a[0]), a[1]),
}


@pytest.mark.parametrize("function", linear.INSTEAD, ids=lambda f: f.__name__)
def test_every_other_function_is_the_one_of_its_name(function: Any) -> None:
    """Products, linear algebra and the rest of the table, against NumPy's own of floats."""
    with exactly(400):
        found = EXAMPLES[function](followed(A))
        values = midpoints(balls(found), np.shape(found))
    np.testing.assert_allclose(values, EXAMPLES[function](A), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", sorted(MATH))
def test_every_function_of_math_is_the_one_of_its_name(name: str) -> None:
    """A ball goes where a float goes, and numbers that are no balls stay as they are."""
    real = getattr(math, name)
    args = [0.75 + 0.5 * (name == "acosh")] * (2 if name in PAIRED else 1)

    def call(*numbers: Any) -> Any:
        return getattr(math, name)(*numbers)

    with exactly(400), following(call):
        found, plain = call(*map(Ball, args)), call(*args)
    assert plain == real(*args)
    value = float(found.value.mid()) if isinstance(found, Ball) else found
    assert math.isclose(value, real(*args), rel_tol=1e-14)


PAIRED = {"atan2", "pow", "hypot", "copysign"}


def in_place(x: Any) -> Any:
    """Every way to write into an array."""
    out = np.zeros_like(x)
    out += x
    np.multiply(out, 2, out=out)
    out[x < 0] = 0
    np.add.at(out, [0, 0], 1.0)
    np.maximum.at(out, [1], x[2])
    total = before = out.sum()
    total += 1
    np.random.seed(0)  # noqa: NPY002
    noise = np.random.randn(4)  # noqa: NPY002
    noise *= x
    mask = (x > 0).astype(float)
    mask *= out + noise * (total - before)
    mask[-1:] -= x[-1]
    np.copyto(out, mask, where=x > 1)
    out.fill(0.25) if x.size > 9 else out.sort()
    return out, mask.cumsum(), x.clip(-1, None).round(1), x.std(ddof=1), x.var(), x.argmax()


@pytest.mark.parametrize("arithmetic", [EXACT, SHORT, DOUBLE], ids=lambda a: a.name)
def test_writing_in_place_means_the_same_in_every_arithmetic(arithmetic: Any) -> None:
    """What floats end up as, balls and short floats end up as."""
    x = np.array([0.5, -1.25, 2.0, 1.5])
    with exactly(400), rounded(50), following(in_place, arithmetic=arithmetic) as enter:
        found = [np.asarray(part, dtype=object) for part in in_place(enter(x))]
        values = [midpoints(balls(part), part.shape) for part in found]
    for value, expected in zip(values, in_place(x), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-12)
    assert x.tolist() == [0.5, -1.25, 2.0, 1.5]


def test_single_numbers_of_short_arithmetic_are_rounded_too() -> None:
    """A number taken out of an array rounds as the array does."""
    with rounded(11):
        number = np.array([1.0]).view(Short)[0]
        assert isinstance(number / 3, Rounded)
        assert number / 3 == float(np.float16(1 / 3)) != 1 / 3
        assert [number + 1e-4, -number, abs(number), number.item()] == [1, -1, 1, 1]


def test_what_is_infinite_stays_infinite_in_fewer_bits() -> None:
    """A mask of -inf means the same in fewer bits, and what is nearly infinite is no NaN."""
    with rounded(20):
        x = np.array([-np.inf, 0.5, 1.5e308]).view(Short)
        assert (x - 1).tolist() == [-np.inf, -0.5, 1.5e308]
        assert np.exp(x[:2])[0] == 0
        assert np.isnan(x[0] - x[0])
