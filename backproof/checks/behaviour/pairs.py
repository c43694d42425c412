"""How a loss and its gradient behave in floats, whatever their formula is."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.notebook import (
    ONCE,
    Ended,
    Notebook,
    Observed,
    copied,
    doubt_infinite,
    misfits,
    note_sharing,
    numbers,
)
from backproof.checks.behaviour.repeats import Answer, differing, report_change
from backproof.exact.precision import Array
from backproof.programs.nodes import WrongStructure, outline
from backproof.verdict.finding import LOSS

Claimed = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A loss and a gradient, asked with fresh copies of arguments."""

    loss: Claimed
    gradient: Claimed

    def value(self, at: Arguments, book: Notebook) -> Array:
        """The loss, a 0-d array."""
        given = at.copies()
        with book.same_draws():
            value = book.hear("the loss", lambda: _number(self.loss(*given.values)))
        book.unchanged("the loss", given)
        if value.size != 1:
            book.report("BP203", LOSS, f"has shape {value.shape}, a loss is one number")
            raise Ended
        if value.shape:
            book.note(f"the loss has shape {value.shape}")
        return value.reshape(())

    def slopes(self, at: Arguments, book: Notebook) -> dict[str, Array]:
        """The gradients that can be judged, as they were returned."""
        given = at.copies()
        with book.same_draws():
            found = book.hear("the gradient", lambda: at.gradients(self.gradient(*given.values)))
        book.unchanged("the gradient", given)
        fit = misfits(book, found, at.tensors)
        note_sharing(book, fit, given.held)
        return fit


@np.errstate(all="ignore")
def observe_pair(
    loss: Claimed,
    gradient: Claimed,
    arguments: Arguments,
    seconds: float,
    *,
    dtype: Any = None,
    once: bool = False,
) -> Observed:
    """Run a loss and its gradient seven times; write down how they behave.

    seconds: that one call may take. dtype: to which the arguments are cast before. once: whether it
    is asked for one answer alone. Raises nothing that the claim does.
    """
    at = arguments if dtype is None else arguments.cast(dtype)
    book = Notebook({"loss": loss, "gradient": gradient}, seconds)
    pair, value, slopes = _Pair(loss, gradient), None, dict[str, Array]()
    with suppress(Ended):
        before = dict[str, Array]()
        if not once:
            there = elsewhere(at)
            with book.aside() as page:
                pair.value(there, page)
                before = copied(pair.slopes(there, page))
        value = pair.value(at, book)
        raw = pair.slopes(at, book)
        slopes = copied(raw)
        doubt_infinite(book, "BP207", {LOSS: value})
        doubt_infinite(book, "BP206", slopes)
        if before and not differing(slopes, before):
            book.note("the gradient is the same at another point")
        if once:
            book.note(ONCE)
        else:
            _ask_again(pair, at, book, value, slopes)
        if differing(raw, slopes):
            book.note("the gradient returned is written over by a later call")
    return book.observed(slopes, {} if value is None else {LOSS: value})


def elsewhere(at: Arguments) -> Arguments:
    """Another point: every tensor turned around and three quarters as large.

    Positive numbers, probabilities and positive definite matrices remain what they are.
    """
    return replace(at, tensors={name: _moved(t) for name, t in at.tensors.items()})


def _ask_again(pair: _Pair, at: Arguments, book: Notebook, value: Array, slopes: Answer) -> None:
    """Does the answer depend on what was asked before?"""

    def after_the_loss_there() -> dict[str, Array]:
        with book.aside() as page:
            pair.value(elsewhere(at), page)
        return copied(pair.slopes(at, book))

    second = after_the_loss_there()
    values = {LOSS: value}, {LOSS: pair.value(at, book)}
    report_change(book, "the loss", *values, lambda: {LOSS: pair.value(at, book)})
    names = differing(slopes, second)
    here_again = names and not differing(slopes, pair.slopes(at, book))
    if here_again and not differing(second, after_the_loss_there()):
        for name in names:
            detail = "the gradient answers for the point at which the loss was asked last"
            book.report("BP210", name, detail)
        return
    report_change(book, "the gradient", slopes, second, lambda: copied(pair.slopes(at, book)))


def _number(value: Any) -> Array:
    array = None if isinstance(value, dict | list | tuple) else np.asarray(value)
    if array is None or not numbers(array):
        raise WrongStructure(f"a loss is one real number; came {outline(value)}")
    return array.copy()


def _moved(t: Array) -> Array:
    turned = np.flip(t) * t.dtype.type(0.75)
    return turned if (turned != t).any() else t + t.dtype.type(0.125)
