"""What a gradient function returned, read as one array for every tensor it owes a gradient."""

from typing import Any

import numpy as np
import pytest

from backproof.checks.arguments.trees import flatten
from backproof.programs.nodes import WrongStructure
from checks.arguments.nested import NAMES, NESTED, Block, V, X

TWO = flatten([X, np.arange(3), V], ["x", "labels", "w"])
ONE = flatten([X, "mean"], ["x", "reduction"])
DEEP = flatten([NESTED], ["p"])
ROWS = flatten([[V, V]], ["rows"])


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (TWO, (X, None, V)),
        (TWO, [X, V]),
        (TWO, (X, np.zeros(3), V)),
        (TWO, {"x": X, "w": V}),
        (TWO, {"dx": X, "dw": V, "loss": 1.0}),
        (TWO, (g for g in (X, V))),
        (TWO, {"x": X, "w": V}.values()),
        (TWO, (X.tolist(), V.tolist())),
        (ONE, X),
        (ONE, (X,)),
        (ONE, (X, None)),
        (ONE, {"grad_x": X}),
        (ROWS, np.array([V, V])),
        (ROWS, (V, V)),
        (ROWS, [[V, V]]),
        (DEEP, {"fc": {"W": X, "b": V}, "blocks": ((V * 2,), (V * 3,)), "eps": 0.5}),
        (DEEP, {"fc": (X, V), "blocks": [Block(V * 2), Block(V * 3)], "eps": 0.5}),
        (DEEP, ({"fc": (X, V), "blocks": [{"gain": V * 2}, {"gain": V * 3}], "eps": 0.5},)),
        (DEEP, dict(zip(NAMES, (X, V, V * 2, V * 3, 0.5), strict=True))),
    ],
)
def test_every_natural_way_to_return_gradients_is_read(arguments: Any, result: Any) -> None:
    """Slots for all or for the due ones, dicts by any spelling, structures alike: one reading."""
    found = arguments.gradients(result)
    assert list(found) == list(arguments.tensors)
    assert all(np.array_equal(found[name], t) for name, t in arguments.tensors.items())


@pytest.mark.parametrize(
    ("arguments", "result", "missing"),
    [
        (ONE, None, ["x"]),
        (TWO, (X, None), ["w"]),
        (TWO, (X, None, None), ["w"]),
        (TWO, None, ["x", "w"]),
        (TWO, {"x": X, "w": None}, ["w"]),
        (DEEP, {"fc": (X, V), "blocks": [None, (V,)], "eps": 1.0}, ["p['blocks'][0].gain"]),
    ],
)
def test_a_gradient_that_is_missing_is_none(arguments: Any, result: Any, missing: Any) -> None:
    """None in its place: that tensor has no gradient, the others keep theirs."""
    found = arguments.gradients(result)
    assert [name for name, g in found.items() if g is None] == missing


@pytest.mark.parametrize(
    ("arguments", "result", "said"),
    [
        (TWO, X, r"expected a tuple \(x: float64 array of shape \(2, 3\), w: .*\); came float64"),
        (TWO, (X, V, V, V), "came "),
        (TWO, {"x": X, "v": V}, "came {'x'"),
        (TWO, {"x": X}, "came {'x'"),
        (DEEP, {"fc": (X, V), "blocks": [(V,), (V,)]}, "came {'fc'"),
        (DEEP, {"fc": {"dW": X, "db": V}, "blocks": [(V,), (V,)], "eps": 1.0}, "came {'fc'"),
        (TWO, {"a": X, "b": V}, "came {'a'"),
        (ONE, (0.25, X, X), "came "),
        (DEEP, X, "expected p: {'fc'"),
        (ONE, {"a": 1}, "came {'a': 1}"),
    ],
)
def test_what_cannot_be_read_is_said(arguments: Any, result: Any, said: str) -> None:
    """A result of another structure raises, with what was expected and what came."""
    with pytest.raises(WrongStructure, match=said):
        arguments.gradients(result)


def test_a_loss_beside_the_gradients_is_recognised() -> None:
    """Where one number too many comes first, the message asks whether it is the loss."""
    with pytest.raises(WrongStructure, match="if its first element is the loss"):
        flatten([X, V, V], ["x", "w", "b"]).gradients((0.25, X, V, V))
