"""A loss and its gradient, two functions of NumPy arrays, as a claim."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.attempts import traced
from backproof.checks.behaviour.pairs import observe_pair
from backproof.checks.claim import Claim, Context, Runs, Tensors
from backproof.checks.in_numpy.reference import referring
from backproof.checks.in_numpy.runs import (
    Passes,
    as_before,
    copies,
    large,
    limited,
    put_back,
)
from backproof.checks.request import Asked, Function, subject
from backproof.programs.called import reached
from backproof.programs.numpy.handover import numbers_among
from backproof.programs.numpy.running import run_pair
from backproof.programs.random_state import Generators
from backproof.programs.reach import reach
from backproof.programs.run import Run
from backproof.programs.state import State
from backproof.verdict.finding import LOSS


def pair(loss: Function, gradient: Function, arguments: Arguments, asked: Asked) -> Claim:
    """A loss and its gradient at arguments."""
    tensors, code = arguments.tensors, {LOSS: loss, "gradient": gradient}
    before = State(reach(code))
    behaviour = observe_pair(loss, gradient, arguments, asked.seconds, once=large(tensors))
    if behaviour.results:
        as_before(before, code, lambda: gradient(*arguments.copies().values), asked.seconds)
    numbers = numbers_among(arguments.names, arguments.values)

    def call() -> None:
        for function in (loss, gradient):
            function(*arguments.copies().values)

    within = limited(asked.seconds) if behaviour.results else None
    found = reached(code, call, within)
    generators = Generators(found)

    def record(at: Tensors) -> Run:
        rebuild, read = arguments.rebuild, arguments.fitted
        run = partial(run_pair, loss, gradient, at, rebuild, read, numbers=numbers, found=found)
        return traced(run, asked.seconds, behaviour.seconds)

    def value(at: Tensors) -> Any:
        return loss(*arguments.rebuild(copies(at, tensors)))

    def plain(at: Tensors) -> Passes:
        return {LOSS: generators.again(value)(at)}, returned(at)

    @generators.again
    def returned(at: Mapping[str, Any]) -> Mapping[str, Any]:
        return arguments.fitted(gradient(*arguments.rebuild(copies(at, tensors))))

    return Claim(
        subject(tensors, asked),
        tensors,
        {},
        {n: t.dtype for n, t in tensors.items()},
        behaviour,
        record,
        Runs(generators.again(value), returned, plain=put_back(found, plain, asked.seconds)),
        Context({**arguments.constants, **tensors}, at=returned),
        referring(asked, arguments, {}, behaviour.seconds),
    )
