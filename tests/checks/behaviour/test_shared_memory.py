"""Layers that share memory with what they are given, or write into what they remember."""

from typing import Any

import numpy as np

from checks.behaviour.observed import X, layer, relu_over_x


def test_writing_y_over_x_is_a_changed_input() -> None:
    """ReLU in place is reported for the change, and its output not doubted besides."""
    behaviour = layer(relu_over_x, lambda dy, mask: dy * mask, X)
    assert [(b.code, b.tensor) for b in behaviour.breaches] == [("BP208", "x")]
    assert not behaviour.doubts


def test_a_view_of_the_input_is_a_note() -> None:
    """A flattened x is right unless written into, and so is a gradient in dy's memory."""
    behaviour = layer(lambda x: (x.reshape(-1), x.shape), lambda dy, shape: dy.reshape(shape), X)
    assert not behaviour.breaches + behaviour.doubts
    assert behaviour.notes == ("the gradient of x shares memory with dy", "y is a view of x")


def test_an_output_that_is_the_input_itself_is_detected() -> None:
    """Whoever updates y in place, as many do, changes x."""
    behaviour = layer(lambda x: (x, None), lambda dy, cache: dy.copy(), X)
    assert [(b.code, b.tensor) for b in behaviour.breaches] == [("BP213", "y")]


def test_two_gradients_in_one_memory_are_a_note() -> None:
    """One array for two gradients is right until one of them is updated in place."""
    behaviour = layer(lambda a, b: (a + b, None), lambda dy, cache: (dy, dy), X, 2 * X)
    assert not behaviour.breaches
    assert not behaviour.doubts
    assert "the gradients of a and b share memory" in behaviour.notes


class Rescaling:
    """A layer that remembers its slope, and scales it where it stands."""

    def forward(self, x: Any) -> Any:
        """The cube."""
        self.slope = 3 * x * x
        return x**3

    def backward(self, dy: Any) -> Any:
        """Right once."""
        self.slope *= dy
        return self.slope.copy()


class Carrying(Rescaling):
    """A layer that carries a gradient from step to step, as through time."""

    def forward(self, x: Any) -> Any:
        """Nothing is carried yet."""
        self.carried = np.zeros_like(x)
        return super().forward(x)

    def backward(self, dy: Any) -> Any:
        """What is carried is a new array each time."""
        self.carried = self.carried + self.slope * dy
        return self.carried


def test_a_layer_may_carry_on_but_not_write_into_what_it_remembers() -> None:
    """A second backward pass of one forward pass tells."""
    rescaling, carrying = Rescaling(), Carrying()
    found = layer(rescaling.forward, rescaling.backward, X)
    assert [(b.code, b.tensor) for b in found.breaches] == [("BP209", "self.slope")]
    assert not layer(carrying.forward, carrying.backward, X).breaches
