"""How a forward pass and its backward behave in floats, whatever their formula is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.linearity import cotangents, report_nonlinearity
from backproof.checks.behaviour.notebook import (
    ONCE,
    Ended,
    Notebook,
    Observed,
    doubt_infinite,
    sharing,
)
from backproof.checks.behaviour.pairs import elsewhere
from backproof.checks.behaviour.passes import Layer, Run, Trial
from backproof.checks.behaviour.repeats import Answer, differing, report_change
from backproof.exact.precision import Array
from backproof.programs.nodes import leaves
from backproof.verdict.finding import OUTPUT


@np.errstate(all="ignore")
def observe_layer(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None,
    arguments: Arguments,
    seconds: float,
    seed: int,
    *,
    dtype: Any = None,
    once: bool = False,
) -> Observed:
    """Run a layer forward half a dozen times and backward a dozen; write down how it behaves.

    seconds: that one call may take. seed: of the cotangents. dtype: to which the arguments are cast
    before. once: whether it is asked for one answer alone. Raises nothing that the layer does.
    """
    at = arguments if dtype is None else arguments.cast(dtype)
    book = Notebook({"forward": forward, "backward": backward}, seconds)
    trial, outputs = Trial(Layer(forward, backward), at), dict[str, Array]()
    dys: list[Answer] = []
    gs: list[Answer] = []
    with suppress(Ended):
        if once:
            book.note(ONCE)
        else:
            _elsewhere(trial, book, seed)
        with book.same_draws():
            run = trial.forward(book)
            outputs = dict(run.outputs.tensors)
            rng = np.random.default_rng(seed)
            dys = [cotangents(outputs, rng), cotangents(outputs, rng)]
            gs.append(trial.pull(run, dys[0], book))
        _look(book, run, gs[0])
        if not once:
            gs.append(trial.whole(dys[1], book)[1])
            _ask_again(trial, book, run, dys, gs)
    return book.observed(gs[0], outputs, dys[0]) if gs else book.observed({}, outputs)


def _elsewhere(trial: Trial, book: Notebook, seed: int) -> None:
    """A call at another point: what is remembered of it is wrong here."""
    there = replace(trial, at=elsewhere(trial.at))
    with book.aside() as page, page.same_draws():
        run = there.forward(page)
        dy = cotangents(run.outputs.tensors, np.random.default_rng(seed))
        there.pull(run, dy, page)


def _look(book: Notebook, run: Run, gradients: Answer) -> None:
    """What one call shows: results that are not finite, and outputs in the memory of inputs."""
    doubt_infinite(book, "BP207", run.outputs.tensors)
    doubt_infinite(book, "BP206", gradients)
    changed = run.given.changed()
    for name, y in leaves(OUTPUT, run.passed.y):
        shared = sharing(y, run.given.held) if isinstance(y, np.ndarray) else []
        for other in shared:
            if other not in changed and y.shape == np.shape(run.given.held[other]):
                book.report("BP213", name, f"is {other} itself: what changes one changes both")
            elif other not in changed:
                book.note(f"{name} is a view of {other}")


def _ask_again(trial: Trial, book: Notebook, run: Run, dys: list[Answer], gs: list[Answer]) -> None:
    """Does the answer depend on what was asked before? Is it linear in the cotangent?"""
    dy = dys[0]
    with book.same_draws():
        later = trial.forward(book)
        kept = later.arrays()
        before = {name: a.tobytes() for name, a in kept.items()}
        g, second = trial.pull(later, dy, book), dict[str, Array]()
        changed = [name for name, a in kept.items() if a.tobytes() != before[name]]
        with book.aside() as page:
            second = trial.pull(later, dy, page)
    answers = ("forward", run.outputs.tensors, later.outputs.tensors), ("backward", gs[0], g)
    for k, (who, these, those) in enumerate(answers):
        if differing(these, those):
            again = partial(_part, trial, dy, book, k)
            report_change(book, f"the {who} pass", these, those, again)
            return
    twice = bool(second) and not differing(g, second)
    if not twice:
        _report_second(book, later, changed, differing(g, second) if second else [])

    def ask(dy: Answer, page: Notebook) -> Answer:
        with page.same_draws():
            return trial.pull(later if twice else trial.forward(page), dy, page)

    report_nonlinearity(book, ask, dys, gs)
    if run.passed.kept is not None:
        _use_late(trial, book, dy, gs[0])


def _part(trial: Trial, dy: Answer, book: Notebook, k: int) -> Answer:
    return trial.whole(dy, book)[k]


def _report_second(book: Notebook, run: Run, changed: list[str], names: list[str]) -> None:
    """Two backward passes of one forward pass: what one leaves behind must not reach the other.

    changed: the arrays kept that the first one wrote into. names: the tensors in which the second
    is another; none where there was no second one. A layer that remembers its last forward pass
    itself may carry on from pass to pass, but not write into what it remembers.
    """
    if not names:
        book.note("the backward pass can run once for each forward pass")
    elif not run.given.changed():
        for name in changed:
            detail = (
                f"the backward pass changes {name}, so that a second one is wrong in {names[0]}"
            )
            book.report("BP209", name, detail)
        for name in names if not changed and run.passed.kept is not None else ():
            book.report("BP210", name, "a second backward pass of one forward pass is another")


def _use_late(trial: Trial, book: Notebook, dy: Answer, g: Answer) -> None:
    """A forward pass elsewhere, between a forward pass and its backward.

    Where both hand out the same cache, None or the layer, the last forward pass is what is meant.
    """
    with book.same_draws():
        run = trial.forward(book)
        other: Mapping[str, Any] = {}
        with book.aside() as page:
            other = replace(trial, at=elsewhere(trial.at)).forward(page).passed.kept or {}
        if all(other.get(name) is kept for name, kept in (run.passed.kept or {}).items()):
            book.note("the layer itself remembers its last forward pass")
            return
        late = trial.pull(run, dy, book)
    for name in differing(g, late):
        detail = "the backward pass answers for the last forward pass, not for the one it is given"
        book.report("BP210", name, detail)
