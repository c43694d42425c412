"""A line of the table of primitives used once, and the Taylor remainder of that in balls."""

from typing import Any

import flint
import numpy as np

from backproof.exact.balls import filled, numbers
from backproof.exact.evaluate import over_balls
from backproof.exact.primitive import Primitive
from backproof.exact.record import Record, Step
from backproof.exact.reverse import gradients
from exact.examples import Example

BITS = 400


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
