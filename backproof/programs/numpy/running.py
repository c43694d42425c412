"""A claim in NumPy run on its own floats, forward and backward, as one record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from backproof.exact.precision import precision_of
from backproof.exact.record import Step
from backproof.programs.conventions import passed
from backproof.programs.nodes import mapped
from backproof.programs.numpy.calls import Calls
from backproof.programs.numpy.exchange import Exchange
from backproof.programs.numpy.handover import Gradients, entering, given, handed, read, taken
from backproof.programs.numpy.imports import local_imports
from backproof.programs.numpy.operands import is_floating, plain, step_of
from backproof.programs.numpy.tape import Tape, TooLong
from backproof.programs.reach import Reach, reach
from backproof.programs.run import CannotFollow, Run, Tensors
from backproof.programs.state import State
from backproof.verdict.decisions import LONGEST
from backproof.verdict.finding import LOSS, OUTPUT

Function = Callable[..., Any]
Rebuild = Callable[[Mapping[str, Any]], list[Any]]
"""From tensors by name to the arguments that have them in their place."""


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
