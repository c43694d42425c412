"""What a step may have been meant to be: its axes and its order in another way."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations
from typing import Any

import numpy as np

from backproof.diagnosis.following import Family
from backproof.diagnosis.repairs import MOST_AXES, Repair, operand, value
from backproof.exact.record import Step


def rearranged(family: Family) -> Iterator[Repair]:
    """A sum over other axes, a move in another order, an operand transposed."""
    step = family.first
    if len(step.inputs) == 1 and step.inputs[0].primitive.name == "total":
        yield from _kept_axes(step)
    if step.primitive.name == "total":
        yield from _axes(step)
    if step.primitive.name in ("move", "spread"):
        yield from _orders(family)
    if step.primitive.name == "contract":
        yield from _transposed(step)


def _axes(step: Step) -> Iterator[Repair]:
    x, own = step.inputs[0], step.settings["axis"]
    for axes in combinations(range(x.ndim), len(own)):
        if axes != own:
            left = tuple(n for k, n in enumerate(x.shape) if k not in axes)
            if sorted(left) == sorted(step.shape):
                words = f"summed over axis {_listed(own)} instead of {_listed(axes)}"
                yield Repair(
                    "wrong-axis",
                    words,
                    lambda k, given, values, axes=axes: given[0].sum(axis=axes).reshape(step.shape),
                )


def _kept_axes(step: Step) -> Iterator[Repair]:
    """Sums whose axes are kept, over others."""
    total = step.inputs[0]
    x, own = total.inputs[0], total.settings["axis"]
    if step.shape != tuple(1 if k in own else n for k, n in enumerate(x.shape)):
        return
    for axes in combinations(range(x.ndim), len(own)):
        if axes != own:
            yield Repair(
                "wrong-axis",
                f"summed over axis {_listed(own)} instead of {_listed(axes)}",
                lambda k, given, values, axes=axes: values[x.number].sum(axis=axes, keepdims=True),
            )


def _listed(axes: Sequence[int]) -> str:
    return " and ".join(map(str, axes))


def _orders(family: Family) -> Iterator[Repair]:
    """A move with the axes of its result in another order, turned round, or one further along."""
    step = family.first
    for order in permutations(range(step.ndim)) if 1 < step.ndim <= MOST_AXES else ():
        if order == tuple(range(step.ndim)):
            continue
        if tuple(step.shape[k] for k in order) == step.shape:
            yield _moved(step, "transposed", f"its axes belong in the order {order}",
                         lambda y, order=order: y.transpose(order))  # fmt: skip
        elif np.prod(step.shape) > 0:
            yield _moved(
                step, "transposed", f"reshaped where its axes had to be moved, {order}",
                lambda y, order=order: y.reshape([y.shape[k] for k in order]).transpose(
                    np.argsort(order)
                ),
            )  # fmt: skip
    for axis in range(step.ndim):
        if step.shape[axis] > 1:
            yield _moved(step, "shifted", f"it is read backwards along axis {axis}",
                         lambda y, axis=axis: np.flip(y, axis))  # fmt: skip
            for by in (1, -1):
                yield _moved(step, "shifted", f"it is {abs(by)} off along axis {axis}",
                             lambda y, axis=axis, by=by: np.roll(y, by, axis))  # fmt: skip
    x = step.inputs[0]
    if len(step.inputs) == 1 and x.shape != step.shape and x.size == step.size:
        yield Repair(
            "transposed", "reshaped is not transposed: the axes had to be kept",
            lambda k, given, values: given[0].reshape(step.shape),
        )  # fmt: skip
    if len(step.inputs) == 1 and x.shape == step.shape:
        yield Repair("transposed", "this does not belong there", lambda k, given, values: given[0])


def _moved(step: Step, slug: str, words: str, turn: Callable[..., Any]) -> Repair:
    return Repair(slug, words, lambda k, given, values: turn(value(step, given)))


def _transposed(step: Step) -> Iterator[Repair]:
    """A product with an operand's last axes exchanged."""
    for slot, x in enumerate(step.inputs):
        if x.ndim > 1 and x.shape[-1] == x.shape[-2]:
            yield Repair(
                "transposed",
                f"{operand(step, slot)} should be transposed",
                lambda k, given, values, slot=slot: step.primitive.floats(
                    *(v.swapaxes(-1, -2) if n == slot else v for n, v in enumerate(given)),
                    **step.settings,
                ),
            )
