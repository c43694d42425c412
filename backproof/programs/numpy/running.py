"""A claim in NumPy run on its own floats, forward and backward, as one record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from backproof.checks.arguments.nodes import leaves, mapped
from backproof.exact.precision import precision_of
from backproof.exact.record import Step
from backproof.programs.conventions import passed
from backproof.programs.numpy.calls import Calls
from backproof.programs.numpy.exchange import Exchange, local_imports
from backproof.programs.numpy.numbers import KINDS
from backproof.programs.numpy.operands import is_floating, known, plain, step_of
from backproof.programs.numpy.tape import Tape
from backproof.programs.reach import reach
from backproof.programs.run import Run, Tensors
from backproof.programs.state import State

Function = Callable[..., Any]
Rebuild = Callable[[Mapping[str, Any]], list[Any]]
"""From tensors by name to the arguments that have them in their place."""
Gradients = Callable[[Any], Mapping[str, Any]]
"""From what a gradient returned to arrays by the names of tensors; None where there is none."""
LOSS, OUTPUT = "loss", "y"


@contextmanager
def following(tape: Tape, roots: Mapping[str, Any]) -> Iterator[None]:
    """What runs here, in this thread, is recorded; all that it can reach is put back after it."""
    found = reach(roots)
    state, exchange = State(found), Exchange(tape)
    tape.is_open = True
    try:
        exchange.put_in(found)
        with local_imports(exchange, found.functions):
            yield
    finally:
        tape.is_open = False
        state.put_back()


def run_pair(
    loss: Function,
    gradient: Function,
    tensors: Tensors,
    rebuild: Rebuild,
    gradients: Gradients,
    *,
    numbers: Mapping[str, type] | None = None,
    theirs: Sequence[str] = (),
    most: int | None = None,
) -> Run:
    """A loss and its gradient, each called with arrays of its own, of the same inputs.

    numbers: the names of tensors without axes that stand where the arguments have a number, by its
    type. theirs: folders that are the author's although libraries lie there. most: of steps.
    """
    tape = Tape(Calls, theirs, most)
    inputs = given(tape, tensors)
    returned: dict[str, Any] = {}
    for name, function in ((LOSS, loss), ("gradient", gradient)):
        values = rebuild(handed(tape, tensors, inputs, numbers or {}))
        with following(tape, {name: function, "arguments": values}):
            result = function(*values)
            if name == LOSS:
                outputs = {LOSS: step_of(tape, result)}
            else:
                claimed = taken(tape, gradients(result), returned)
    return Run(tape.record, inputs, outputs, {}, claimed, returned)


def run_layer(
    forward: Function,
    backward: Function | None,
    tensors: Tensors,
    rebuild: Rebuild,
    gradients: Gradients,
    cotangent: Callable[[str, Any], Any],
    *,
    numbers: Mapping[str, type] | None = None,
    theirs: Sequence[str] = (),
    most: int | None = None,
) -> Run:
    """A forward pass and its backward; cotangent: of an output's name and value, in its dtype."""
    tape = Tape(Calls, theirs, most)
    inputs = given(tape, tensors)
    values = rebuild(handed(tape, tensors, inputs, numbers or {}))
    returned: dict[str, Any] = {}
    outputs: dict[str, Step] = {}
    cotangents: dict[str, Step] = {}

    def against(name: str, y: Any) -> Any:
        if not isinstance(y, np.ndarray | float | np.floating) or not is_floating(plain(y)):
            return y
        outputs[name] = step_of(tape, y)
        dy = np.asarray(cotangent(name, plain(y)))
        cotangents[name] = tape.record.input(f"cotangent of {name}", dy, precision_of(dy.dtype))
        kind = None if isinstance(y, np.ndarray) else type(plain(y))
        return entering(tape, dy, cotangents[name], kind)

    with following(tape, {"forward": forward, "backward": backward, "arguments": values}):
        y, pullback = passed(forward, backward, values)
        dy = mapped(against, OUTPUT, y)
        claimed = taken(tape, gradients(pullback(dy)), returned)
    return Run(tape.record, inputs, outputs, cotangents, claimed, returned)


def given(tape: Tape, tensors: Tensors) -> dict[str, Step]:
    """The steps of arguments."""
    return {n: tape.record.input(n, x, precision_of(x.dtype)) for n, x in tensors.items()}


def handed(
    tape: Tape, tensors: Tensors, inputs: Mapping[str, Step], numbers: Mapping[str, type]
) -> dict[str, Any]:
    """Copies of arguments that know their steps."""
    return {n: entering(tape, x, inputs[n], numbers.get(n)) for n, x in tensors.items()}


def entering(tape: Tape, x: Any, step: Step, kind: type | None) -> Any:
    """A value as an array of the run, or as a number of a type."""
    if kind is None or kind not in KINDS:
        return known(tape, np.array(x, order="K", ndmin=0), step)
    return KINDS[kind].known(kind(x[()]), tape, step)


def taken(tape: Tape, found: Mapping[str, Any], returned: dict[str, Any]) -> dict[str, Step | None]:
    """The steps of gradients, whose values are copied at once into `returned`."""
    claimed: dict[str, Step | None] = {}
    for name, g in found.items():
        if g is None:
            claimed[name] = None
            continue
        claimed[name] = step_of(tape, g)
        returned[name] = np.array(plain(g))
    return claimed


def numbers_among(names: Sequence[str], values: Sequence[Any]) -> dict[str, type]:
    """Of arguments the leaves that are numbers, by name, with their types."""
    named = (leaf for n, v in zip(names, values, strict=True) for leaf in leaves(n, v))
    return {n: type(x) for n, x in named if type(x) in KINDS}
