"""Arguments of any structure: taken apart into named tensors, put together, answers read."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.checks.arguments.answers import WrongStructure
from backproof.checks.arguments.trees import argument_names, flatten
from backproof.programs.nodes import leaves, mapped


class Affine(NamedTuple):
    """A named tuple of parameters."""

    W: Any
    b: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A dataclass that holds parameters and a number that is none."""

    gain: Any
    axis: int = -1


X = np.arange(6.0).reshape(2, 3)
V = np.array([1.0, -2.0])
NESTED = {"fc": Affine(X, V), "blocks": [Block(V * 2), Block(V * 3, 0)], "eps": 0.5, "name": "net"}
NAMES = ["p['fc'].W", "p['fc'].b", "p['blocks'][0].gain", "p['blocks'][1].gain", "p['eps']"]

LEAVES = st.one_of(
    st.floats(allow_nan=False),
    st.integers(),
    st.none(),
    st.text(max_size=3),
    st.lists(st.floats(-9, 9), max_size=3).map(np.array),
    st.lists(st.booleans(), max_size=3).map(np.array),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=2), st.integers(0, 9)), inner, max_size=3),
        st.builds(Affine, inner, inner),
        st.builds(Block, inner),
    ),
    max_leaves=12,
)


def same_tree(a: Any, b: Any) -> bool:
    """Whether two trees have the same nodes and leaves."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same_tree(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same_tree, a, b))
    if isinstance(a, Block):
        return same_tree((a.gain, a.axis), (b.gain, b.axis))
    return type(a) is type(b) and a == b


@given(TREES)
def test_what_is_taken_apart_goes_together_again(tree: Any) -> None:
    """With its own tensors a tree is rebuilt equal, and no array of it is the original one."""
    arguments = flatten([1.0, tree], ["a", "tree"])
    again = arguments.rebuild(arguments.tensors)
    assert same_tree([1.0, tree], again)
    mine = [leaf for _, leaf in leaves("tree", tree) if isinstance(leaf, np.ndarray)]
    theirs = [leaf for _, leaf in leaves("tree", again[1]) if isinstance(leaf, np.ndarray)]
    assert not any(np.shares_memory(a, b) for a, b in zip(mine, theirs, strict=True))


@given(TREES)
def test_a_gradient_of_the_same_structure_is_read(tree: Any) -> None:
    """Every tensor finds the array that stands in its place in a structure like the argument."""
    arguments = flatten([1.0, tree], ["a", "tree"])
    marked = {name: t + k for k, (name, t) in enumerate(arguments.tensors.items())}
    found = arguments.gradients(
        tuple(mapped(lambda n, leaf: marked.get(n), n, v) for n, v in (("a", 1.0), ("tree", tree)))
    )
    assert list(found) == list(marked)
    assert all(np.array_equal(found[name], g) for name, g in marked.items())


def test_names_read_like_python() -> None:
    """Keys, indices, fields: a name is what a reader would write to get there."""
    arguments = flatten([NESTED, np.arange(3), True, None], ["p", "ids", "mask", "rng"])
    assert list(arguments.tensors) == NAMES
    assert set(arguments.constants) == {
        *("p['blocks'][0].axis", "p['blocks'][1].axis", "p['name']", "ids", "mask", "rng")
    }


def test_numbers_come_back_as_numbers() -> None:
    """A Python float stays weak beside float32."""
    arguments = flatten([0.5, np.float32(2), X], ["eps", "s", "x"])
    eps, s, _ = arguments.rebuild(arguments.tensors)
    assert type(eps) is float
    assert type(s) is np.float32


def test_a_dtype_reaches_every_array_of_floats() -> None:
    """Cast, what is differentiated and what is not become float32; labels stay integers."""
    arguments = flatten([X, V, np.arange(2), 0.1], ["x", "w", "labels", "eps"], argnums=0)
    x, w, labels, eps = arguments.cast("float32").copies().values
    assert (x.dtype, w.dtype, labels.dtype, type(eps)) == (
        "f4",
        "f4",
        arguments.values[2].dtype,
        float,
    )


def test_only_chosen_arguments_are_differentiated() -> None:
    """argnums makes constants of the others, counted from either end."""
    assert list(flatten([X, V, 0.5], ["x", "w", "c"], argnums=[0, 2]).tensors) == ["x", "c"]
    assert list(flatten([X, V], ["x", "w"], argnums=1).tensors) == ["w"]
    assert list(flatten([X, V], ["x", "w"], argnums=-1).tensors) == ["w"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.arange(3), r"no floating-point numbers in \(x: int64 array of shape \(3,\)\)"),
        (np.ma.masked_array(V), "x is a MaskedArray: pass a plain array"),
    ],
)
def test_what_has_no_gradient_is_refused(value: Any, said: str) -> None:
    """No tensor at all, or an array of another arithmetic, is the user's mistake and said so."""
    with pytest.raises(ValueError, match=said):
        flatten([value], ["x"])


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


def test_changes_are_told_from_replacements() -> None:
    """Bytes written are a change, also of labels; a new object in a dict is not, of a constant."""
    arguments = flatten([{"W": X, "step": 1}, np.arange(3)], ["p", "labels"])
    given = arguments.copies()
    assert (given.changed(), given.replaced()) == ([], [])
    params, labels = given.values
    params["step"], params["cache"] = 2, V
    labels[0] = -0
    assert (given.changed(), given.replaced()) == ([], ["p['step']", "p['cache']"])
    labels[0] = 7
    params["W"] = params["W"] * 2
    assert given.changed() == ["labels", "p['W']"]
    assert np.array_equal(arguments.copies().values[1], [0, 1, 2])


def test_a_copied_generator_draws_the_same_again() -> None:
    """A generator among the arguments is handed out as a copy each time."""
    arguments = flatten([X, np.random.default_rng(3)], ["x", "rng"])
    first, second = (arguments.copies().values[1].random() for _ in range(2))
    assert first == second


def test_subclasses_keep_their_kind() -> None:
    """An OrderedDict is rebuilt as one."""
    rebuilt = flatten([OrderedDict(b=V, a=V)], ["p"]).copies().values[0]
    assert type(rebuilt) is OrderedDict
    assert list(rebuilt) == ["b", "a"]


def test_names_of_arguments_are_the_functions_own() -> None:
    """Parameters first, then *rest by index; code without a signature gets numbers."""
    assert argument_names(lambda x, W, *rest: 0, 4) == ["x", "W", "rest[0]", "rest[1]"]
    assert argument_names(lambda x, W, c=1: 0, 2) == ["x", "W"]
    assert argument_names(max, 2) == ["arg0", "arg1"]
