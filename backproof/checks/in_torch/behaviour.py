"""How a PyTorch function and its autograd behave in floats, whatever their formula is."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count

import numpy as np
import torch

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.linearity import cotangents, report_nonlinearity
from backproof.checks.behaviour.notebook import (
    ONCE,
    Ended,
    Notebook,
    Observed,
    doubt_infinite,
    misfits,
)
from backproof.checks.behaviour.pairs import elsewhere
from backproof.checks.behaviour.repeats import Answer, differing, report_change
from backproof.checks.in_torch.double import depends
from backproof.checks.in_torch.run import Gradients, Run, Trial, Watched
from backproof.exact.precision import Array
from backproof.programs.aten.call import Call
from backproof.programs.aten.state import kept, set_up
from backproof.programs.run import Tensors
from backproof.verdict.finding import LOSS

OVERWRITTEN = "has been modified by an inplace operation"
"""What torch says of a second backward pass whose first one wrote into a saved tensor."""


@np.errstate(all="ignore")
def observe_torch(call: Call, seconds: float, seed: int, *, once: bool = False) -> Observed:
    """Run a function forward a few times and backward a dozen; write down how it behaves.

    seconds: that one pass may take. seed: of the cotangents; of a loss, a single number, the first
    one is 1. once: whether it is asked for one answer alone. A gradient that autograd has not is 0,
    unless the outputs do depend on the tensor: then it is owed (BP205).
    Raises nothing that the function does, and leaves behind what it found.
    """
    book = Notebook(call.roots, seconds)
    seen = _Seen(call, book)
    with suppress(Ended):
        with kept(call.roots):
            seen.first(seed)
        doubt_infinite(book, "BP207", seen.outputs)
        doubt_infinite(book, "BP206", seen.gradients[0])
        if once:
            book.note(ONCE)
        else:
            with kept(call.roots):
                seen.again()
    if not seen.gradients:
        return book.observed({}, seen.outputs)
    return book.observed(seen.gradients[0], seen.outputs, seen.cotangents[0])


def is_loss(outputs: Mapping[str, Array]) -> bool:
    """Whether a function returned one number, which needs no cotangent."""
    return list(outputs) == [LOSS]


def _rolled(at: Tensors) -> dict[str, Array]:
    """Another point, at which signs and sizes are in another order."""
    return {n: np.roll(t, 1) * t.dtype.type(0.75) for n, t in at.items()}


@dataclass(slots=True)
class _Seen:
    """What was seen of a function so far."""

    call: Call
    book: Notebook
    outputs: dict[str, Array]
    cotangents: list[Answer]
    gradients: list[Answer]
    owed: Collection[str] = ()

    def __init__(self, call: Call, book: Notebook) -> None:
        self.call, self.book = call, book
        self.outputs, self.cotangents, self.gradients = {}, [], []

    def first(self, seed: int) -> None:
        """The results that are judged: of a function that nobody has called before."""
        at, watched = self.call.tensors, Watched(Trial(self.call, self.call.fresh()), self.book)
        with self.book.same_draws(), set_up(self.call.devices):
            run = watched.forward(at)
            if not torch.equal(torch.get_rng_state(), torch.Generator().manual_seed(0).get_state()):
                self.book.note("draws from torch's random state: judged for one state of it")
            self.outputs = run.outputs
            rng = np.random.default_rng(seed)
            dys: list[Answer] = [cotangents(self.outputs, rng), cotangents(self.outputs, rng)]
            one = {name: np.ones_like(y) for name, y in self.outputs.items()}
            self.cotangents = [one, dys[0]] if is_loss(self.outputs) else dys
            found = watched.pull(run, at, self.cotangents[0])
        unknown = [name for name, g in found.items() if g is None]
        self.owed = depends(self.call, unknown) if unknown else ()
        given = {**dict.fromkeys(found), **self._with_zeros(found)}
        self.gradients.append(misfits(self.book, given, at))

    def again(self) -> None:
        """Does the answer depend on what was asked before?"""
        at, watched = self.call.tensors, Watched(Trial(self.call, self.call.fresh()), self.book)
        dy, g, seeds = self.cotangents[0], self.gradients[0], count(2)

        def answer(k: int) -> Answer:
            run, found = watched.whole(at, dy, next(seeds))
            return (run.outputs, self._with_zeros(found))[k]

        for there in (_rolled(at), dict(elsewhere(Arguments((), (), at, {})).tensors)):
            with self.book.aside() as page:
                Watched(watched.trial, page).whole(there, dy)
        run, found = watched.whole(at, dy, next(seeds))
        second = self._with_zeros(found)
        for k, (who, these, those) in enumerate(
            (("the forward pass", self.outputs, run.outputs), ("the backward pass", g, second))
        ):
            if differing(these, those):
                report_change(self.book, who, these, those, partial(answer, k))
                return
        self._ask_for_multiples(watched, run, at, self._use_again(watched, run, at, second))

    def _use_again(self, watched: Watched, run: Run, at: Tensors, g: Answer) -> Answer:
        """Further backward passes of one forward pass: none must reach into the next. Returns the
        gradients at the second cotangent, which is no 1 for a loss either; none where the forward
        pass cannot be used again.
        """
        other, third = Gradients(), Gradients()
        with self.book.aside() as page:
            again = Watched(watched.trial, page)
            other, third = (again.pulled(run, at, self.cotangents[k]) for k in (1, 0))
        for b in page.breaches:
            if OVERWRITTEN in b.detail:
                detail = "the backward pass writes into what was saved for it: it can run only once"
                self.book.report("BP209", "", detail)
        changed = differing(g, self._with_zeros(third)) if third else list(g)
        for name in changed if third else ():
            detail = "a second backward pass of one forward pass is another: what is saved changes"
            self.book.report("BP209", name, detail)
        return {} if changed else self._with_zeros(other)

    def _ask_for_multiples(self, watched: Watched, run: Run, at: Tensors, other: Answer) -> None:
        """Is it linear in the cotangent? other: the gradients at the second one, of the same run;
        none where that cannot be used again.
        """

        def ask(dy: Answer, page: Notebook) -> Answer:
            asked = Watched(watched.trial, page)
            return self._with_zeros(asked.pulled(run, at, dy) if other else asked.whole(at, dy)[1])

        self.gradients.append(other or ask(self.cotangents[1], self.book))
        eps = max(float(torch.finfo(x.dtype).eps) for x in self.call.leaves.values())
        report_nonlinearity(self.book, ask, self.cotangents, self.gradients, eps)
        for b in self.book.doubts if is_loss(self.outputs) else ():
            if b.code == "BP109":  # with the one cotangent that a loss has it looks right
                detail = "the gradient of a multiple of the loss is the same"
                self.book.report(b.code, b.tensor, detail)

    def _with_zeros(self, found: Gradients) -> dict[str, Array]:
        """Zeros where autograd has no gradient and none is owed; what is owed is left out."""
        tensors = self.call.tensors
        return {
            name: np.zeros_like(tensors[name]) if g is None else g
            for name, g in found.items()
            if g is not None or name not in self.owed
        }
