"""Exact arithmetic on trial: numbers that enclose, refuse and round; orders that convict."""

import math

import flint
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.exact import taylor
from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import balls, distances, lift
from reference.exact.ball import UNARY, Ball
from reference.exact.witness import examine, nudged, point

finite = st.floats(-1e6, 1e6)
SAME = {"erf": math.erf, "erfc": math.erfc}


@pytest.mark.parametrize("name", sorted(UNARY))
@given(x=st.floats(0.01, 3))
def test_a_function_of_a_ball_encloses_what_the_float_function_gives(name: str, x: float) -> None:
    """Every function is the one of its name: the ball and the double agree to 48 bits."""
    with exactly(400):
        value = getattr(Ball(x), name)().value
    expected = SAME.get(name) or getattr(np, name)
    assert float(value.mid()) == pytest.approx(float(expected(x)), rel=2**-48)
    assert value.rad() < 2.0**-350


@given(x=finite, y=finite)
def test_balls_compute_exactly_what_floats_round(x: float, y: float) -> None:
    """Sums and products of doubles are exact at 400 bits: rounding them gives the float result."""
    with exactly(400):
        a, b = Ball(x), Ball(y)
        assert float((a + b).value.mid()) == x + y
        assert float((a * b - 2 * b).value.mid()) == pytest.approx(
            x * y - 2 * y, rel=1e-9, abs=1e-9
        )
        assert float((1 - a).value.mid()) == 1 - x


@given(x=st.floats(-10, 10).filter(lambda x: abs(x) > 1e-3))
def test_a_comparison_that_balls_leave_open_is_refused(x: float) -> None:
    """s(x) - s(x) is 0 within a radius: whether it is positive is not guessed."""
    with exactly(400) as watch:
        zero = Ball(x).tanh() - Ball(x).tanh()
        with pytest.raises(CannotFollow, match=r"undecided at 400 bits at .*test_exact\.py:\d+"):
            bool(zero > 0)
        assert not watch.ties
    with exactly(400, presume=True) as watch:
        zero = Ball(x).tanh() - Ball(x).tanh()
        assert not zero > 0
        assert (watch.ties, watch.presumed) == (1, 1)


def test_numbers_that_nothing_proves_near_are_never_presumed_equal() -> None:
    """Presuming needs a difference surely below 2^-256: a wide ball around 0 is refused still."""
    with exactly(400, presume=True), pytest.raises(CannotFollow, match="undecided"):
        bool(Ball(flint.arb(0, 1e-9)) > 0)


@pytest.mark.parametrize(
    "force",
    [
        lambda ball: float(ball),
        lambda ball: np.zeros(3).__setitem__(0, ball),
        lambda ball: np.array([ball]).astype(np.float64),
        lambda ball: np.zeros(1).__setitem__(slice(None), np.array([ball])),
    ],
)
def test_code_that_forces_a_float_is_refused_by_file_and_line(force: object) -> None:
    """No number slips silently into float64; the refusal names the place."""
    with (
        exactly(400),
        pytest.raises(CannotFollow, match=r"forced to float64 at .*test_exact\.py:\d+"),
    ):
        force(Ball(1.5))  # type: ignore[operator]


@given(n=st.integers(1, 4), k=st.integers(1, 4), m=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_quick_product_is_the_product(n: int, k: int, m: int, seed: int) -> None:
    """A lifted matrix product equals NumPy's loop over the same balls."""
    rng = np.random.default_rng(seed)
    with exactly(400):
        a, b = lift(rng.standard_normal((n, k))), lift(rng.standard_normal((k, m)))
        assert distances(balls(a @ b), balls(np.asarray(a) @ np.asarray(b))).max() < 1e-100


def quadratic(error: float = 0.0, power: int = 4) -> tuple[object, object]:
    """L = sum x^power, and its gradient off by a part `error` of one element."""

    def loss(at: dict) -> object:
        return (at["x"] ** power).sum()

    def gradient(at: dict) -> dict:
        g = power * at["x"] ** (power - 1)
        g[0] = g[0] * (1 + error)
        return {"loss": loss(at), "x": g}

    return loss, gradient


X = {"x": np.array([0.7, -1.3, 2.1])}


@pytest.mark.parametrize("error", [0.5, 1e-4, 1e-9, 1e-12])
def test_the_order_is_1_wherever_anything_is_missing(error: float) -> None:
    """A part of 10^-12 of one element of three lowers the order from 3 to 1."""
    wrong = examine(*quadratic(error), point(X), ["x"], 0).order
    right = examine(*quadratic(), point(X), ["x"], 0).order
    assert right.odd == pytest.approx(3, abs=0.05)
    assert right.smooth
    assert right.residue < 1e-50
    assert wrong.odd == pytest.approx(1, abs=1e-3)
    assert wrong.residue == pytest.approx(error, rel=1)


def test_a_linear_loss_leaves_no_remainder_at_all() -> None:
    """Where the remainder is exactly 0 the order is infinite, not undefined."""
    order = examine(*quadratic(power=1), point(X), ["x"], 0).order
    assert math.isinf(order.odd)
    assert order.right
    assert order.smooth


def test_a_gradient_of_1e_200_is_judged_as_strictly_as_any() -> None:
    """No absolute floor excuses a small gradient: all zero is wrong at any size."""

    def loss(at: dict) -> object:
        return (at["x"] * at["x"]).sum()

    def gradient(at: dict) -> dict:
        return {"loss": loss(at), "x": 0 * at["x"]}

    for size in (1.0, 1e-20, 1e-200):
        order = examine(loss, gradient, point({"x": size * X["x"]}), ["x"], 0).order
        assert order.odd == pytest.approx(1, abs=1e-3)


def test_a_kink_has_an_even_order_of_1_and_beside_it_none() -> None:
    """|x| at 0 is no smooth point; 2^-60 beside it, it is one."""

    def loss(at: dict) -> object:
        return abs(at["x"]).sum()

    def gradient(at: dict) -> dict:
        return {"loss": loss(at), "x": np.sign(at["x"])}

    at = point({"x": np.array([0.0, 1.0])})
    here = examine(loss, gradient, at, ["x"], 0)
    assert here.order.even == pytest.approx(1, abs=0.05)
    assert here.ties
    beside = examine(loss, gradient, nudged(at, ["x"], 0), ["x"], 0)
    assert beside.order.right
    assert beside.order.smooth


def test_where_400_bits_are_too_few_more_are_taken() -> None:
    """1 + 2^-240 e^x: what the steps leave over is lost in the noise of 400 bits, yet decided."""

    def loss(at: dict) -> object:
        return 1 + np.exp(at["x"]).sum() * 2.0**-240

    def gradient(at: dict) -> dict:
        return {"loss": loss(at), "x": np.exp(at["x"]) * 2.0**-240}

    def doubled(at: dict) -> dict:
        return {"loss": loss(at), "x": 2 * np.exp(at["x"]) * 2.0**-240}

    at = point({"x": np.array([0.3])})
    with exactly(400):
        values = {name: balls(g) for name, g in gradient(at).items()}
        assert taylor.order(loss, at, values, taylor.directions(at, 0)).loose
    assert examine(loss, gradient, at, ["x"], 0).order.odd == pytest.approx(3, abs=0.05)
    assert examine(loss, gradient, at, ["x"], 0).order.smooth
    assert examine(loss, doubled, at, ["x"], 0).order.odd == pytest.approx(1, abs=0.01)
