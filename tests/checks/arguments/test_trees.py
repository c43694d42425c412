"""Arguments of any structure: taken apart into named tensors and put together."""

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproof.checks.arguments.trees import flatten
from backproof.programs.nodes import leaves, mapped
from backproof.programs.signature import argument_names
from checks.arguments.nested import NAMES, NESTED, Affine, Block, V, X

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
