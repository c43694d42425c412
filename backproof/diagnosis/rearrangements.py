"""What a step may have been meant to be: its axes and its order in another way."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations, permutations
from typing import Any

import numpy as np

from backproof.diagnosis.axes import AXES, SHIFTS
from backproof.diagnosis.families import Family
from backproof.diagnosis.pattern import joined
from backproof.diagnosis.quantities import Quantity
from backproof.diagnosis.repairs import Repair, operand, value, with_operand
from backproof.exact.record import Step

Reordering = Callable[[Any], Any]


def rearranged(family: Family) -> Iterator[Repair]:
    """A sum over other axes, a move in another order or of other elements, a product transposed."""
    step = family.first
    yield from _axes(step)
    match step.primitive.name:
        case "move" | "spread":
            yield from _orders(family)
            yield from _elsewhere(family)
        case "contract" | "multiply":
            yield from _operands(family)
        case "cumsum":
            axis = step.settings["axis"]
            yield Repair(
                "shifted", f"it runs along axis {axis} in the wrong direction",
                lambda k, given, vs: np.flip(value(family, k, [np.flip(given[0], axis)]), axis),
            )  # fmt: skip


def _axes(step: Step) -> Iterator[Repair]:
    """A sum or a mean over other axes, more or fewer, which may be kept as axes of one."""
    below = step.primitive.name == "divide" and step.inputs[1].size == 1
    kept = step.inputs[0] if below else step
    total = kept.inputs[0] if kept.primitive.name == "move" and len(kept.inputs) == 1 else kept
    if total.primitive.name != "total":
        return
    x, own = total.inputs[0], total.settings["axis"]

    def over(axes: tuple[int, ...], k: int, given: list[Any], values: Any) -> Any:
        y = values[x.number].sum(axis=axes, keepdims=kept is not total)
        y = y if kept is not total else y.reshape(step.shape)
        return y * (y.size / x.size) if below else y

    for axes in (c for n in range(1, x.ndim + 1) for c in combinations(range(x.ndim), n)):
        left = [n for k, n in enumerate(x.shape) if k not in axes]
        if axes != own and (kept is not total or sorted(left) == sorted(step.shape)):
            words = f"summed over axis {joined(own)} instead of {joined(axes)}"
            yield Repair("wrong-axis", words, partial(over, axes))


def _orders(family: Family) -> Iterator[Repair]:
    """A move with the axes of its result in another order, or those of its source before it is
    reshaped; or turned round.
    """
    step, x = family.first, family.first.inputs[0]
    for order, words in _permuted(step.shape, step.shape):
        yield Repair("transposed", f"its axes belong in the order {words}",
                     lambda k, given, vs, order=order: order(value(family, k, given)))  # fmt: skip
    for axes in _turned(step.shape):
        yield Repair(
            "shifted", f"it is read backwards along axis {joined(axes)}",
            lambda k, given, vs, axes=axes: np.flip(value(family, k, given), axes),
        )  # fmt: skip
    if len(step.inputs) == 1 and x.size == step.size:
        for order, words in _permuted(x.shape, step.shape):
            yield Repair(
                "transposed", f"it is reshaped where its axes had to be moved, {words}",
                lambda k, given, vs, order=order: order(given[0]),
            )  # fmt: skip
        yield Repair("transposed", "its axes belong in the order that they had",
                     lambda k, given, vs: given[0].reshape(step.shape))  # fmt: skip


def _turned(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """One axis or two that have an order."""
    long = [axis for axis, n in enumerate(shape) if n > 1]
    return (axes for count in (1, 2) for axes in combinations(long, count))


def _permuted(these: tuple[int, ...], those: tuple[int, ...]) -> Iterator[tuple[Reordering, str]]:
    """Every other order of axes, read into a shape; as itself where that has the same axes."""
    for order in permutations(range(len(these))) if 1 < len(these) <= AXES else ():
        if order != tuple(range(len(these))):
            there = tuple(these[k] for k in order)
            if these != those or there == those:
                yield partial(_read_into, order, those), f"{order}"
            else:
                yield partial(_brought_back, order, there), f"{order}, and back"


def _read_into(order: tuple[int, ...], shape: tuple[int, ...], y: Any) -> Any:
    return y.transpose(order).reshape(shape)


def _brought_back(order: tuple[int, ...], shape: tuple[int, ...], y: Any) -> Any:
    return y.reshape(shape).transpose(np.argsort(order))


def _elsewhere(family: Family) -> Iterator[Repair]:
    """Other elements of what is moved: some places further along an axis."""
    step = family.first
    x = step.inputs[0] if len(step.inputs) == 1 else step
    for axis, n in enumerate(x.shape):
        piece = step.shape[axis] if step.ndim == x.ndim else 1
        near = {*range(1, SHIFTS + 1), *range(piece, n, max(piece, 1))}
        for by in (b for m in sorted(near) if m < n for b in (m, -m)):
            words = f"it should be what stands {abs(by)} {'on' if by > 0 else 'before'}"
            yield Repair(
                "shifted", f"{words} along axis {axis} of {operand(step, 0)}",
                _rolled(family, by, axis, x is step),
            )  # fmt: skip


def _rolled(family: Family, by: int, axis: int, result: bool) -> Any:
    if result:
        return lambda k, given, vs: np.roll(value(family, k, given), -by, axis)
    return with_operand(family, 0, lambda k, v, vs: np.roll(v, -by, axis))


def _operands(family: Family) -> Iterator[Repair]:
    """A product with an operand's last axes exchanged, or read backwards, or with its operands."""
    step = family.first
    for slot, x in enumerate(step.inputs):
        if x.ndim > 1 and x.shape[-1] == x.shape[-2]:
            yield Repair(
                "transposed", f"{operand(step, slot)} should be transposed",
                with_operand(family, slot, lambda k, v, vs: v.swapaxes(-1, -2)),
            )  # fmt: skip
        for axes in _turned(x.shape):
            words = f"{operand(step, slot)} should be read backwards along axis {joined(axes)}"
            change = with_operand(family, slot, lambda k, v, vs, a=axes: np.flip(v, a))
            yield Repair("shifted", words, change)
    if step.primitive.name == "contract" and step.inputs[0].shape == step.inputs[1].shape:
        yield Repair(
            "transposed", "the operands are exchanged",
            lambda k, given, vs: value(family, k, given[::-1]),
        )  # fmt: skip


def replaced(family: Family, adjoints: Sequence[Quantity]) -> Iterator[Repair]:
    """A true gradient in the place of a step's value, its axes as they are or in another order."""
    step = family.first
    for q in adjoints:
        if q.steps[0].size == step.size > 1:
            for order in _reorderings(q.shape, step.shape):
                yield Repair(
                    "unexplained",
                    f"it should be {q.words}",
                    lambda k, given, values, q=q, order=order: order(q.at(k, values)),
                )


def _reorderings(these: tuple[int, ...], those: tuple[int, ...]) -> Iterator[Reordering]:
    """What makes an array of one shape one of another: its axes in another order, or reshaped."""
    for order in permutations(range(len(these))) if len(these) <= AXES else ():
        if tuple(these[k] for k in order) == those:
            yield partial(_read_into, order, those)
    if these != those:
        yield partial(_read_into, tuple(range(len(these))), those)
