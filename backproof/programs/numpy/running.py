"""A claim in NumPy run on its own floats, forward and backward, as one record."""

from collections.abc import Callable, Iterator, Mapping, Sequence, ValuesView
from contextlib import contextmanager
from typing import Any

import numpy as np

from backproof.exact.precision import precision_of
from backproof.exact.record import Step
from backproof.programs.conventions import passed
from backproof.programs.nodes import leaves, mapped
from backproof.programs.numpy.calls import Calls
from backproof.programs.numpy.exchange import Exchange
from backproof.programs.numpy.imports import local_imports
from backproof.programs.numpy.numbers import KINDS, Number
from backproof.programs.numpy.operands import is_floating, is_known, known, plain, step_of
from backproof.programs.numpy.operands import leaves as leaves_of
from backproof.programs.numpy.tape import Tape, TooLong
from backproof.programs.reach import Reach, reach
from backproof.programs.run import CannotFollow, Run, Tensors
from backproof.programs.state import State
from backproof.verdict.decisions import LONGEST

Function = Callable[..., Any]
Rebuild = Callable[[Mapping[str, Any]], list[Any]]
"""From tensors by name to the arguments that have them in their place."""
Gradients = Callable[[Any], Mapping[str, Any]]
"""From what a gradient returned to arrays by the names of tensors; None where there is none."""
LOSS, OUTPUT = "loss", "y"


@contextmanager
def following(tape: Tape, found: Reach, values: Sequence[Any]) -> Iterator[None]:
    """What runs here, in this thread, is recorded; all that it can reach is put back after it.

    found: what the functions can reach; values: the arguments, which are the run's own. Raises
    `CannotFollow` where it makes more steps than it may.
    """
    own = reach({"arguments": values})
    exchange = Exchange(tape)
    tape.is_open = True
    try:
        with State(found, own):
            for part in (found, own):
                exchange.put_in(part)
            functions = [*found.functions, *own.functions]
            with local_imports(exchange.stand_in, functions), np.errstate(**silent()):
                yield
    except TooLong as error:
        raise CannotFollow(str(error)) from None
    finally:
        tape.is_open = False


def silent() -> dict[str, Any]:
    """The floating-point errors that would be warned of; those that raise go on doing so."""
    return {kind: "ignore" for kind, how in np.geterr().items() if how == "warn"}


def run_pair(
    loss: Function,
    gradient: Function,
    tensors: Tensors,
    rebuild: Rebuild,
    gradients: Gradients,
    *,
    numbers: Mapping[str, type] | None = None,
    theirs: Sequence[str] = (),
    most: int = LONGEST,
    found: Reach | None = None,
) -> Run:
    """A loss and its gradient, each called with arrays of its own, of the same inputs.

    numbers: the names of tensors without axes that stand where the arguments have a number, by its
    type. theirs: folders that are the author's although libraries lie there. most: of steps. found:
    what the two can reach, where that is known from a run before.
    """
    found = found or reach({LOSS: loss, "gradient": gradient})
    tape = Tape(Calls, (*theirs, *found.libraries), most)
    tape.until = (run_pair.__code__, run_layer.__code__)
    inputs = given(tape, tensors)
    returned: dict[str, Any] = {}
    outputs: dict[str, Step] = {}
    claimed: dict[str, Step | None] = {}
    for name, function in ((LOSS, loss), ("gradient", gradient)):
        values = rebuild(handed(tape, tensors, inputs, numbers or {}))
        with following(tape, found, values):
            result = function(*values)
            if name == LOSS:
                outputs = {LOSS: step_of(tape, result)}
            else:
                claimed = taken(tape, read(tape, gradients, result), returned)
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
    most: int = LONGEST,
    found: Reach | None = None,
) -> Run:
    """A forward pass and its backward; cotangent: of an output's name and value, in its dtype."""
    found = found or reach({"forward": forward, "backward": backward})
    tape = Tape(Calls, (*theirs, *found.libraries), most)
    tape.until = (run_pair.__code__, run_layer.__code__)
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

    with following(tape, found, values):
        y, pullback = passed(forward, backward, values)
        dy = mapped(against, OUTPUT, y)
        claimed = taken(tape, read(tape, gradients, pullback(dy)), returned)
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


def read(tape: Tape, gradients: Gradients, result: Any) -> Mapping[str, Any]:
    """What a gradient returned, by name: its numbers, and its lists of numbers, as arrays."""
    result = tuple(result) if isinstance(result, Iterator | ValuesView) else result
    arrays = mapped(lambda _, x: tape.calls.array(x) if isinstance(x, Number) else x, "", result)
    found = gradients(arrays)
    if all(g is None or is_known(g) for g in found.values()) or not is_known(result):
        return found
    try:
        again = gradients(joined(tape, result))
    except Exception:  # the lists stand for arguments, not for arrays
        return found
    return {n: _better(g, again.get(n)) for n, g in found.items()}


def _better(g: Any, other: Any) -> Any:
    """The same array, as the one that knows its step if there is one."""
    return other if is_known(other) and np.array_equal(plain(other), plain(g)) else g


def joined(tape: Tape, x: Any) -> Any:
    """A nest in which every list of numbers is an array."""
    if isinstance(x, dict):
        return {key: joined(tape, part) for key, part in x.items()}
    if not isinstance(x, list | tuple):
        return x
    if is_known(x) and all(isinstance(leaf, float | int) for leaf in leaves_of(x)):
        return tape.calls.array(x)
    return type(x)(joined(tape, part) for part in x) if type(x) in (list, tuple) else x


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
