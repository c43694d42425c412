"""Moves and their adjoint, and the zero that no factor revives."""

from typing import Any

import flint
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from backproof.exact.balls import NOTHING, midpoints
from backproof.exact.evaluate import over_balls
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved, spread
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Record
from backproof.exact.reverse import gradients

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, max_side=4)


@st.composite
def layouts(draw: Any) -> tuple[tuple[int, ...], Any]:
    """A shape, and positions of its elements: some twice, some never, some a zero."""
    shape = draw(SHAPES)
    size = int(np.prod(shape))
    return shape, draw(arrays.arrays(np.int64, draw(SHAPES), elements=st.integers(0, size)))


@given(layouts(), st.integers(0, 2**20))
def test_move_and_spread_are_adjoint(case: Any, seed: int) -> None:
    """<g, move x> = <spread g, x>, exactly, of whole numbers; in floats as in balls."""
    shape, positions = case
    random = np.random.default_rng(seed)
    x = random.integers(-9, 9, shape).astype(float)
    g = random.integers(-9, 9, positions.shape).astype(float)
    record = Record()
    y = moved(lambda _: positions, record.input("x", x))
    back = spread(record.constant(g), places=positions, shape=shape)
    assert np.sum(g * y.value) == np.sum(back.value * x)
    over = [midpoints(b) for b in over_balls([y, back], 100)]
    assert np.array_equal(over[0], y.value)
    assert np.array_equal(over[1], back.value)


@given(layouts(), st.integers(0, 2**20))
def test_the_gradient_of_a_move_is_its_spread(case: Any, seed: int) -> None:
    """And that of the spread is the move again."""
    shape, positions = case
    random = np.random.default_rng(seed)
    record = Record()
    x = record.input("x", random.normal(size=shape))
    weights = random.normal(size=positions.shape)
    y = moved(lambda _: positions, x)
    (g,) = gradients({y: weights}, [x])
    expected = np.bincount(positions.ravel(), weights.ravel(), x.size + 1)[1:].reshape(shape)
    assert g is not None
    assert np.allclose(g.value, expected, rtol=1e-15, atol=0)
    seed_step = next(s for s in record.steps if s.number == y.number + 1)
    (again,) = gradients({g: x.value}, [seed_step])
    assert again is not None
    assert np.array_equal(again.value, y.value)


def test_a_structural_zero_times_infinity_is_nothing() -> None:
    """where(x > 0, sqrt(x), 0) at x = 0: the branch not taken adds nothing to the gradient."""
    record = Record()
    x = record.input("x", np.array([0.0, 4.0]))
    y = d.choose(d.greater(x, 0.0), e.sqrt(x), 0.0)
    (g,) = gradients({y: np.ones(2)}, [x])
    assert g is not None
    (exact,) = over_balls([g], 100)
    assert exact[0] is NOTHING or exact[0] == 0
    assert exact[1] == flint.arb(0.25)


def test_a_zero_by_value_times_infinity_is_unknown() -> None:
    """sqrt(x)^2 at x = 0: 0 times infinity is no number, and does not pass for 0."""
    record = Record()
    x = record.input("x", np.array([0.0]))
    (g,) = gradients({e.square(e.sqrt(x)): np.ones(1)}, [x])
    assert g is not None
    (exact,) = over_balls([g], 100)
    assert not exact[0].is_finite()


def test_elements_not_taken_have_nothing() -> None:
    """The adjoint of what an index leaves out is nothing, and its product with infinity too."""
    record = Record()
    x = record.input("x", np.array([0.0, 4.0]))
    y = summed(moved(lambda p: p[1:], e.sqrt(x)))
    (g,) = gradients({y: 1.0}, [x])
    assert g is not None
    (exact,) = over_balls([g], 100)
    assert exact[0] is NOTHING
    assert exact[1] == flint.arb(0.25)


def test_nothing_absorbs_factors_and_disappears_in_sums() -> None:
    """NOTHING * inf = NOTHING, NOTHING + x = x, x / NOTHING unknown."""
    infinite = flint.arb("inf")
    assert NOTHING * infinite is NOTHING
    assert infinite * NOTHING is NOTHING
    assert NOTHING / flint.arb(0) is NOTHING
    assert -NOTHING is NOTHING
    assert NOTHING + infinite == infinite
    assert infinite - NOTHING == infinite
    assert NOTHING - flint.arb(2) == -2
    assert (flint.arb(1) / NOTHING).is_nan()
