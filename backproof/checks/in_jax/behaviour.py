"""How a JAX function and its own gradient behave in floats, whatever their formula is."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import numpy as np

from backproof.checks.behaviour.attempts import attempt
from backproof.checks.behaviour.linearity import cotangents, report_nonlinearity
from backproof.checks.behaviour.notebook import Breach, Ended, Notebook, doubt_infinite
from backproof.checks.behaviour.repeats import Answer, report_change
from backproof.checks.in_jax.call import Code, plain
from backproof.checks.in_jax.runs import Compiled, Stepwise, compiled
from backproof.exact.precision import Array

T = TypeVar("T")
Run = Compiled | Stepwise

MISFITS = (
    ("BP204", re.compile("equal container|same container")),
    ("BP203", re.compile("shapes do not match|with equal shapes")),
    ("BP204", re.compile("same type as the args")),
)
"""What JAX says of a custom rule whose answer does not fit, by what that is called here."""
LATE = "the backward pass answers for the last forward pass, not for the one it is given"


@dataclass(slots=True)
class Trial:
    """A function under observation: how it is run, and what came to light.

    dys: two random cotangents. gradients: for each of them that was asked for, by the names of the
    tensors.
    """

    code: Code
    tensors: dict[str, Array]
    book: Notebook
    run: Run | None = None
    outputs: dict[str, Array] = field(default_factory=dict)
    dys: list[dict[str, Array]] = field(default_factory=list)
    gradients: list[dict[str, Array]] = field(default_factory=list)


def observe_jax(code: Code, tensors: dict[str, Array], seconds: float, seed: int) -> Trial:
    """Trace a function with its gradient twice, compile it once, run it a dozen times.

    tensors: the point. seconds: that one step may take. seed: of the cotangents. Raises nothing
    that it does.
    """
    trial = Trial(code, tensors, Notebook(code.roots, seconds))
    with suppress(Ended):
        _begin(trial, seed)
        book = trial.book
        doubt_infinite(book, "BP207", trial.outputs)
        doubt_infinite(book, "BP206", trial.gradients[0])
        trial.gradients.append(_ask(trial, trial.dys[1], book)[1])
        _ask_again(trial)
        if not book.breaches:
            _use_late(trial)
        if not book.breaches:
            asked = partial(_gradients, trial)
            report_nonlinearity(book, asked, trial.dys, trial.gradients)
    for name in code.changed:
        trial.book.report("BP208", name, f"the function changes {name} in place")
    return trial


def _begin(trial: Trial, seed: int) -> None:
    """The first answer: compiled, or step by step where the function or its rule cannot be traced,
    or compiled in time, which is no fault if it runs.
    """
    code, moving = trial.code, trial.code.entered(trial.tensors)
    traced = _tried(trial, partial(code.outputs, moving, traced=True))
    shapes = traced or _hear(trial, partial(code.outputs, moving, traced=False))
    rng = np.random.default_rng(seed)
    for _ in range(2):
        dy = cotangents(shapes, rng)
        trial.dys.append({name: plain(d) for name, d in dy.items()})
    weights, names = list(trial.dys[0].values()), tuple(shapes)
    quick = _tried(trial, partial(compiled, code, names, moving, weights)) if traced else None
    trial.run = quick or Stepwise(code, names)
    trial.outputs, gradients = _ask(trial, trial.dys[0], trial.book)
    trial.gradients.append(gradients)
    if not quick:
        trial.book.note("the function cannot be traced, or not in time, and was run step by step")


def _tried(trial: Trial, thunk: Callable[[], T]) -> T | None:
    """The value of a step, None where it raises or takes too long, as compiling may."""
    with trial.book.same_draws():
        tried = attempt(thunk, trial.book.limit)
    trial.book.spent += tried.seconds
    value: T | None = tried.value
    return value


def _gradients(trial: Trial, dy: Answer, book: Notebook) -> Answer:
    gradients: Answer = _ask(trial, dy, book)[1]
    return gradients


def _ask(trial: Trial, dy: Answer, book: Notebook, run: Run | None = None) -> Any:
    """Outputs and gradients at the point, for a cotangent."""
    run, moving = run or trial.run, trial.code.entered(trial.tensors)
    assert run is not None
    return _hear(trial, partial(run, moving, list(dy.values())), book)


def _ask_again(trial: Trial) -> None:
    """Does the answer depend on what was asked before?"""
    first = trial.outputs, trial.gradients[0]
    second = _renewed(trial)
    for k, who in enumerate(("the function", "its gradient")):
        report_change(trial.book, who, first[k], second[k], partial(_part, trial, k))


def _part(trial: Trial, k: int) -> dict[str, Array]:
    return _renewed(trial)[k]


def _renewed(trial: Trial) -> tuple[dict[str, Array], dict[str, Array]]:
    """The answer of the function traced anew, after it was run at another point if it runs."""
    moving, weights = trial.code.entered(trial.tensors), list(trial.dys[0].values())
    assert trial.run is not None
    if isinstance(trial.run, Stepwise):
        with trial.book.aside() as page:
            _hear(trial, partial(trial.run, _elsewhere(moving), weights), page)
    anew: Callable[[], Run] = partial(trial.run.renewed, moving, weights)
    run = _hear(trial, anew)
    return _ask(trial, trial.dys[0], trial.book, run)


def _use_late(trial: Trial) -> None:
    """A forward pass elsewhere, between a forward pass and its backward."""
    moving, weights = trial.code.entered(trial.tensors), list(trial.dys[0].values())
    assert trial.run is not None
    for name in _hear(trial, partial(trial.run.mistaken, moving, _elsewhere(moving), weights)):
        trial.book.report("BP210", name, LATE)


def _elsewhere(moving: list[Any]) -> list[Any]:
    """Every tensor three quarters as large."""
    return [x * 0.75 if isinstance(x, float) else x * x.dtype.type(0.75) for x in moving]


def _hear(trial: Trial, thunk: Callable[[], T], book: Notebook | None = None) -> T:
    """The value of a step; what JAX says of a rule's answer is a misfit, not an exception."""
    book = book or trial.book
    with book.same_draws():
        try:
            return book.hear("the function", thunk)
        finally:
            book.breaches[:] = [_reread(b) for b in book.breaches]


def _reread(b: Breach) -> Breach:
    known = (code for code, words in MISFITS if b.code == "BP201" and words.search(b.detail))
    return Breach(next(known, b.code), b.tensor, b.detail)
