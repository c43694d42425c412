"""How a diagnosis is told: causes, numbers by their names, where the error sits."""

from typing import Any

import numpy as np
import pytest
from planted import Tensors, evidence
from right_functions import DENSE

from backproof.diagnosis import Evidence, diagnose
from backproof.diagnosis.pattern import pattern


def test_one_cause_of_all_tensors_is_told_once() -> None:
    """A factor in all the gradients is one diagnosis, with its number, its name and its tensors."""
    found = diagnose(
        evidence(DENSE, lambda p, dy: {n: g / 5 for n, g in DENSE.gradient(p, dy).items()})
    )
    assert found is not None and found.tensors == ("x", "W", "b") and not found.others
    assert found.detail == "x, W, b: 5 times too small; 5 is the size of axis 0 of x (N)"


def test_several_causes_are_told_each() -> None:
    """Each tensor keeps its own diagnosis."""

    def claim(p: Tensors, dy: Any) -> Tensors:
        right = DENSE.gradient(p, dy)
        return {"x": right["x"] * np.cos(p["x"] + p["W"][:1]), "W": right["W"] / 5, "b": dy}

    found = diagnose(evidence(DENSE, claim))
    assert found is not None
    told = {d.slug: d.tensors for d in (found, *found.others)}
    assert told == {"not-reduced": ("b",), "factor": ("W",), "unexplained": ("x",)}
    assert all(len(line) <= 80 for line in str(found).splitlines())


def test_a_number_has_its_name() -> None:
    """A factor is named by the argument that it is, rather than by a size that is as large."""
    x = np.random.default_rng(0).standard_normal((3, 2))
    for inputs, name in (({"T": 3.0}, "T"), ({"p": 2 / 3}, "1 / (1 - p)")):
        found = diagnose(Evidence({"x": 3 * x}, {"x": x}, inputs=inputs))
        assert found is not None and f"3 is {name}" in found.detail, found
    found = diagnose(Evidence({"x": 3.3 * x}, {"x": x}))
    assert found is not None and "constant factor 3.3" in found.detail


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (np.s_[2, :], "the whole of row 2"),
        (np.s_[:, [1, 3]], "the whole of columns 1, 3"),
        (np.s_[[0, 1, 2, 3], [0, 1, 2, 3]], "the diagonal"),
        (np.s_[1:-1, 1:-1], "the interior"),
        (np.s_[1:3, 0:2], "within rows 1 to 2, columns 0 to 1"),
        (np.s_[3, 4], "one element of 20 is wrong, at [3, 4]"),
        (np.s_[:], "all 20 elements are wrong"),
    ],
)
def test_a_pattern_is_put_in_words(place: Any, words: str) -> None:
    """Rows, columns, the diagonal, the interior, a box and a single element are told apart."""
    error = np.zeros((4, 5))
    error[place] = 0.1
    assert words in pattern(error)


def test_an_error_that_stays_the_same_along_an_axis_is_said_to() -> None:
    """What is missing is then a mean, or a sum, along that axis."""
    x = np.random.default_rng(0).standard_normal((4, 3))
    off = np.array([[0.3], [-0.2], [0.5], [0.1]])
    found = diagnose(Evidence({"x": x + off}, {"x": x}))
    assert found is not None and found.pattern.endswith("the error is the same all along axis 1")
    other = diagnose(Evidence({"x": x + off * np.cos(x)}, {"x": x}))
    assert other is not None and "the same all along" not in other.pattern


def test_channels_have_their_own_word() -> None:
    """Of an image batch the second axis is that of the channels."""
    error = np.zeros((2, 3, 4, 4))
    error[:, 1] = 1
    assert pattern(error).endswith("the whole of channel 1")
    assert pattern(np.zeros(3)) == "no element is wrong"
