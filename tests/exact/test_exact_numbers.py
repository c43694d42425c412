"""What balls keep: numbers that are exact, powers of what is nearly 0, what cancels."""

import flint
import numpy as np
import pytest

from backproof.exact.balls import filled, numbers
from backproof.exact.evaluate import over_balls
from backproof.exact.primitives import elementwise
from backproof.exact.record import Record
from backproof.exact.reverse import gradients
from exact.taylor_of_lines import BITS


def test_exact_numbers_stay_exact() -> None:
    """pi in a slope is pi in balls, not the float that is near it."""
    record = Record()
    x = record.input("x", np.array([0.5]))
    y = elementwise.deg2rad(x)
    (g,) = gradients({y: np.ones(1)}, [x])
    assert g is not None
    (exact,) = over_balls([g], BITS)
    with flint.ctx.workprec(BITS):
        assert abs(exact[0] - flint.arb.pi() / 180) < flint.arb(2) ** -390


@pytest.mark.parametrize("n", range(5))
def test_a_ball_around_0_has_powers(n: int) -> None:
    """What nearly cancels is known to be small, and so are its powers."""
    record = Record()
    x = record.input("x", np.zeros(1))
    (found,) = over_balls([x**n], BITS, at={"x": filled([flint.arb(0, 1e-100)], (1,))})
    assert found[0].contains(flint.arb(1e-100) ** n) and found[0].rad() <= flint.arb(1.1e-100) ** n


def test_of_a_number_less_itself_nothing_is_left() -> None:
    """However little is known of it; of two numbers, all that is not known is."""
    record = Record()
    x, y = (elementwise.tanh(record.input(name, np.array([0.5]))) for name in "xy")
    same, other = (numbers(b)[0] for b in over_balls([x - x, x - y], BITS))
    assert same == 0
    assert other.rad() > 0 and other.contains(0)
