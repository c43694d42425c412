"""Indices and masks that a run decided on: taken out of a call, and put back at a replay."""

from typing import Any

from backproof.exact.record import Step
from backproof.programs.numpy.arrays import Traced
from backproof.programs.numpy.layout import plain_view
from backproof.programs.numpy.operands import leaves, mapped, plain, step_of
from backproof.programs.numpy.tape import Tape


def decisions_in(tape: Tape, x: Any) -> tuple[Step, ...]:
    """The steps of the indices and masks of a nest that know theirs."""
    return tuple(step_of(tape, leaf) for leaf in leaves(x) if _decides(leaf))


def _decides(x: Any) -> bool:
    if not isinstance(x, Traced) or x.dtype.kind not in "iub":
        return False
    return bool(x.tape.is_known(plain_view(x)))


def put_back(x: Any, given: Any) -> Any:
    """A nest without steps, the values of its decisions in the place of them."""
    rest = iter(given)
    return mapped(lambda leaf: next(rest) if _decides(leaf) else plain(leaf), x)
