"""Every line of the table of primitives is proven by the Taylor test in balls, without any rule."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backproof.exact.balls import midpoints, radii
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64
from backproof.exact.primitive import Slope
from backproof.exact.primitives import TABLE, lines
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from exact.examples import EXAMPLES
from exact.taylor_of_lines import BITS, applied, drawn, remainders, shrinks

GIVEN = ("input", "constant", "number")
WITHOUT_SLOPE = (*GIVEN, "opposite")
CASES = [(name, k) for name, examples in EXAMPLES.items() for k in range(len(examples))]


def test_every_line_has_an_example() -> None:
    """Roll call: a line that nobody proves is named."""
    proven = {name for name, line in TABLE.items() if not line.decides} - set(WITHOUT_SLOPE)
    assert sorted(proven - set(EXAMPLES)) == []
    assert sorted(set(EXAMPLES) - proven) == []


def test_the_list_for_readers_is_the_table() -> None:
    """Every line stands once, in a family."""
    listed = lines()
    assert sorted(name for _, name, _, _ in listed) == sorted(TABLE)
    assert {name for family, name, _, _ in listed if family == "record"} == set(GIVEN)


@pytest.mark.parametrize("stable", [False, True], ids=["usual", "stable"])
@pytest.mark.parametrize(("name", "k"), CASES)
def test_taylor(name: str, k: int, stable: bool) -> None:
    """The pull of every line, in both forms, is the slope that its values in balls show."""
    y, inputs = applied(TABLE[name], EXAMPLES[name][k])
    assert shrinks(remainders(y, inputs, stable))


@pytest.mark.parametrize(("name", "k"), CASES)
def test_push_is_the_adjoint_of_pull(name: str, k: int) -> None:
    """<seed, push t> = <pull seed, t> to rounding."""
    y, inputs = applied(TABLE[name], EXAMPLES[name][k])
    seed = drawn(y.shape, y.is_complex, 7)
    tangents = {x.number: drawn(x.shape, x.is_complex, 11 + j) for j, x in enumerate(inputs)}
    given = tuple(tangents.get(x.number) for x in y.inputs)
    assert y.primitive.push is not None
    pushed = y.primitive.push(given, y.value, *(x.value for x in y.inputs), **y.settings)
    forward = np.sum(np.conj(seed) * pushed).real
    found = gradients({y: seed}, inputs)
    parts = [
        np.sum(np.conj(g.value) * tangents[x.number]).real
        for g, x in zip(found, inputs, strict=True)
        if g is not None
    ]
    size = sum(
        float(np.sum(np.abs(g.value) * np.abs(tangents[x.number])))
        for g, x in zip(found, inputs, strict=True)
        if g is not None
    )
    assert abs(forward - sum(parts)) <= 1e-11 * (size + abs(forward))


def conditioning(y: Step) -> Any:
    """Of a function of numbers, what half an ulp of every input makes: rule 3."""
    if not y.primitive.slopes or not all(x.is_float for x in y.inputs):
        return 0.0
    assert y.primitive.push is not None
    sizes = []
    for k, x in enumerate(y.inputs):
        given: list[Any] = [None] * len(y.inputs)
        given[k] = FLOAT64.half_ulp(np.abs(x.value))
        with np.errstate(all="ignore"):
            moved = np.abs(y.primitive.push(tuple(given), y.value, *(v.value for v in y.inputs)))
        sizes.append(np.nan_to_num(moved, nan=0.0))
    return sum(sizes)


@pytest.mark.parametrize(("name", "k"), CASES)
def test_floats_and_balls_agree(name: str, k: int) -> None:
    """The value in balls is that on floats: to 64 half ulps, or to 16 of its own error by norm."""
    y, _ = applied(TABLE[name], EXAMPLES[name][k])
    (exact,) = over_balls([y], BITS)
    assert np.all(radii(exact) <= 2.0**-150)
    apart = np.abs(midpoints(exact) - y.value)
    allowed = FLOAT64.half_ulp(np.abs(y.value)) + conditioning(y)
    if y.primitive.error is not None:
        by_norm = y.primitive.error(y.value, *(x.value for x in y.inputs), **y.settings)
        allowed = (allowed + FLOAT64.u * by_norm) / 4
    assert np.all(apart <= 64 * allowed), apart / np.where(allowed > 0, allowed, 1)


@pytest.mark.parametrize("name", ["tanh", "gammaln", "sinc", "hypot"])
def test_a_wrong_slope_is_caught(name: str) -> None:
    """One slope off by 1e-9 of itself, in either form."""
    line = TABLE[name]
    for first, *rest in filter(None, (line.slopes, line.steep)):
        assert callable(first)
        wrong: Slope = lambda *xs, right=first: right(*xs) * (1 + 1e-9)  # noqa: E731
        y, inputs = applied(replace(line, steep=(wrong, *rest)), EXAMPLES[name][0])
        assert not shrinks(remainders(y, inputs, stable=True))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_wrong_pull_is_caught(name: str) -> None:
    """The pull of any line off by 1e-9 of itself in one input: the trial itself on trial."""
    line = TABLE[name]

    def pull(*given: Step, **settings: Any) -> Any:
        assert line.pull is not None
        parts = list(line.pull(*given, **settings))
        last = max(k for k, part in enumerate(parts) if part is not None)
        return (*parts[:last], parts[last] * (1 + 1e-9), *parts[last + 1 :])

    y, inputs = applied(replace(line, pull=pull), EXAMPLES[name][0])
    assert not shrinks(remainders(y, inputs, stable=False))


@pytest.mark.parametrize(
    "name",
    [
        "tanh",
        "power",
        "gammaln",
        "sinc",
        "gammainc",
        "jv",
        "contract",
        "inv",
        "solve",
        "det",
        "cholesky",
        "qr_r",
        "eigenvalues",
        "singular_values",
        "lu",
        "expm",
        "fft",
        "pinv",
    ],
)
def test_taylor_of_the_slope(name: str) -> None:
    """Second order: the pull is steps, and reverse mode over them is proven in the same way."""
    y, inputs = applied(TABLE[name], EXAMPLES[name][0])
    (g,) = gradients({y: drawn(y.shape, y.is_complex, 5)}, inputs[-1:], stable=True)
    assert g is not None
    assert shrinks(remainders(g, inputs[-1:], stable=True))
