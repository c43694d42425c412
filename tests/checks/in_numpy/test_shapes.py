"""The shape of a gradient beside that of its tensor."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks.arguments.answers import fits
from backproof.verdict import Status

RNG = np.random.default_rng(5)
X, W, B = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=2)


def affine(x: Any, W: Any, b: Any) -> Any:
    """x: (n, i)  W: (i, o)  b: (o,) or (1, o): y = x W + b."""
    return x @ W + b, (x, W)


def backward(db: Any) -> Any:
    """Its backward pass, in which db is given by a function of dy."""

    def gradients(dy: Any, cache: Any) -> Any:
        x, W = cache
        return dy @ W.T, x.T @ dy, db(dy)

    return gradients


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_missing_first_axes_of_one_element_are_a_remark(dtype: Any) -> None:
    """Of a bias (1, o) the gradient (o,): it is judged, and what is wrong is detected."""
    at = tuple(a.astype(dtype) for a in (X, W, B[None]))
    right = backproof.check_layer(affine, backward(lambda dy: dy.sum(axis=0)), *at)
    assert right.status is Status.CORRECT, str(right)
    assert "the gradient of b has shape (2,), its tensor has (1, 2)" in right.evidence
    assert "forward and backward followed" in right.evidence
    twice = backproof.check_layer(affine, backward(lambda dy: 2 * dy.sum(axis=0)), *at)
    assert (twice.status, twice.code) == (Status.WRONG, "BP102")


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize(
    ("db", "code", "words"),
    [
        (lambda dy: dy.sum(axis=0, keepdims=True), "BP203", "the numbers are right"),
        (lambda dy: dy.sum(axis=0)[:, None], "BP203", "the numbers are right"),
        (lambda dy: dy[0, :1], "BP203", "not the true ones"),
        (lambda dy: dy, "BP106", "its sum over axis 0 is right"),
        (lambda dy: dy.sum(), "BP105", "this is the sum of dy over axis 0 and 1"),
    ],
)
def test_another_shape_is_broken(db: Any, code: str, words: str, dtype: Any) -> None:
    """One that would enlarge the tensor, and one of fewer numbers: with what its numbers are."""
    verdict = backproof.check_layer(affine, backward(db), *(a.astype(dtype) for a in (X, W, B)))
    assert (verdict.status, verdict.code) == (Status.BROKEN, code)
    assert words in " ".join(verdict.diagnosis.split())


def test_the_transpose_has_another_shape() -> None:
    """Of a matrix that is not square it is named all the same."""

    def transposed(dy: Any, cache: Any) -> Any:
        x, W = cache
        return dy @ W.T, dy.T @ x, dy.sum(axis=0)

    verdict = backproof.check_layer(affine, transposed, X, W, B)
    assert (verdict.status, verdict.code) == (Status.BROKEN, "BP103")


def test_what_is_wrong_beside_another_shape_is_told_as_well() -> None:
    """Two gradients of other shapes say so, and the third one is judged and explained."""

    def gradients(dy: Any, cache: Any) -> Any:
        x, W = cache
        return 2 * dy @ W.T, (x.T @ dy).ravel(), dy

    verdict = backproof.check_layer(affine, gradients, X, W, B)
    status = {f.tensor: f.status for f in verdict.findings}
    assert verdict.status is Status.BROKEN and "its tensor has (3, 2)" in str(verdict)
    assert (status["x"], status["W"], status["b"]) == (Status.WRONG, Status.BROKEN, Status.BROKEN)


def test_a_number_for_the_only_element() -> None:
    """() for (1,) is a remark; (1,) for () would make a vector of a number."""
    square = lambda x: (x * x).sum()  # noqa: E731
    assert backproof.check(square, lambda x: 2 * x[0], np.array([1.5])).status is Status.CORRECT
    verdict = backproof.check(square, lambda x: np.array([2 * x]), np.array(1.5))
    assert (verdict.status, verdict.code) == (Status.BROKEN, "BP203")


def test_which_shapes_fit() -> None:
    """The same, and those that lack nothing but first axes of one element."""
    assert fits((2, 3), (2, 3)) and fits((3,), (1, 1, 3)) and fits((), (1,)) and fits((0,), (1, 0))
    assert not (fits((1, 3), (3,)) or fits((3,), (3, 1)) or fits((3,), (2, 3)) or fits((), (0,)))
