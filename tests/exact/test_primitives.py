"""Every line of the table of primitives is proven by the Taylor test in balls, without any rule."""

from dataclasses import replace
from typing import Any

import flint
import numpy as np
import pytest

from backproof.exact.balls import filled, midpoints, numbers, radii
from backproof.exact.evaluate import over_balls
from backproof.exact.precision import FLOAT64
from backproof.exact.primitive import Primitive, Slope
from backproof.exact.primitives import TABLE, elementwise, lines
from backproof.exact.record import Record, Step
from backproof.exact.reverse import gradients
from exact.examples import EXAMPLES, Example

BITS = 400
GIVEN = ("input", "constant", "number")
WITHOUT_SLOPE = (*GIVEN, "opposite")
CASES = [(name, k) for name, examples in EXAMPLES.items() for k in range(len(examples))]


def applied(line: Primitive, example: Example) -> tuple[Step, list[Step]]:
    """The step that a line makes of its example, and the arguments that are not held."""
    record = Record()
    arguments, inputs = [], []
    for k, value in enumerate(example.arguments):
        if k in example.held:
            arguments.append(record.constant(value))
        else:
            inputs.append(record.input(f"x{k}", value))
            arguments.append(inputs[-1])
    return line(*arguments, **example.settings), inputs


def drawn(shape: tuple[int, ...], is_complex: bool, seed: int) -> Any:
    """Normal numbers, complex ones by their parts."""
    random = np.random.default_rng(seed)
    real = random.normal(size=shape)
    return real + 1j * random.normal(size=shape) if is_complex else real


def inner(a: Any, b: Any) -> flint.arb:
    """The sum of Re(conj(a) b) in balls."""
    total = flint.arb(0)
    for x, y in zip(numbers(a), numbers(b), strict=True):
        x, y = flint.acb(x), flint.acb(y)
        total += x.real * y.real + x.imag * y.imag
    return total


def shifted(x: Step, direction: Any, h: flint.arb) -> Any:
    """The value of a step and h times a direction, in balls."""
    kind = flint.acb if x.is_complex else flint.arb
    pairs = zip(x.value.ravel().tolist(), direction.ravel().tolist(), strict=True)
    return filled([kind(a) + h * kind(d) for a, d in pairs], x.shape)


def remainders(y: Step, inputs: list[Step], stable: bool) -> list[flint.arb]:
    """(L(x + h d) - L(x - h d)) / 2h - <g, d> at h = 2^-40 and 2^-41: of L = <seed, y>."""
    seed = drawn(y.shape, y.is_complex, 7)
    found = gradients({y: seed}, inputs, stable)
    steps = [g for g in found if g is not None]
    with flint.ctx.workprec(BITS):
        slopes = iter(over_balls(steps, BITS))
        directions = [drawn(x.shape, x.is_complex, 11 + k) for k, x in enumerate(inputs)]
        exact = sum(
            (inner(next(slopes), _balls(d)) for g, d in zip(found, directions, strict=True) if g),
            flint.arb(0),
        )
        result = []
        for power in (40, 41):
            h = flint.arb(2) ** -power
            ends = [
                over_balls(
                    [y],
                    BITS,
                    {
                        x.settings["name"]: shifted(x, d, side * h)
                        for x, d in zip(inputs, directions, strict=True)
                    },
                )[0]
                for side in (1, -1)
            ]
            up, down = (inner(_balls(seed), end) for end in ends)
            result.append((up - down) / (2 * h) - exact)
        return result


def _balls(values: Any) -> Any:
    kind = flint.acb if np.iscomplexobj(values) else flint.arb
    return filled([kind(v) for v in np.ravel(values).tolist()], np.shape(values))


def shrinks(found: list[flint.arb]) -> bool:
    """Whether a remainder goes with h^2, or nothing is left of it."""
    first, second = found
    if not (first.is_finite() and second.is_finite()):
        return False
    if abs(second.mid()) <= flint.arb(2) ** -200:
        return True
    return bool(abs(second) * 3 < abs(first))


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
