"""A layer in NumPy, its forward pass and its backward, as a claim."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.attempts import traced
from backproof.checks.behaviour.layers import observe_layer
from backproof.checks.behaviour.passes import Layer
from backproof.checks.claim import Claim, Context, Runs, Tensors
from backproof.checks.in_numpy.reference import referring
from backproof.checks.in_numpy.runs import (
    Passes,
    as_before,
    copies,
    cotangent,
    large,
    limited,
    put_back,
    weighed,
)
from backproof.checks.request import COTANGENT, Asked, Function, subject
from backproof.programs.called import reached
from backproof.programs.nodes import leaves, mapped
from backproof.programs.numpy.handover import numbers_among
from backproof.programs.numpy.running import run_layer
from backproof.programs.random_state import Generators
from backproof.programs.reach import Reach, reach
from backproof.programs.run import Run
from backproof.programs.state import State
from backproof.verdict.finding import OUTPUT


def layer(
    forward: Function, backward: Function | None, arguments: Arguments, asked: Asked
) -> Claim:
    """A forward pass and its backward at inputs, under a random cotangent."""
    tensors = arguments.tensors
    functions = {"forward": forward, "backward": backward}
    before = State(reach(functions))
    behaviour = observe_layer(
        forward, backward, arguments, asked.seconds, asked.seed, once=large(tensors)
    )
    if behaviour.results:
        as_before(before, functions, lambda: forward(*arguments.copies().values), asked.seconds)
    dys = behaviour.cotangents
    whole = Layer(forward, backward)

    def call() -> None:
        passed = whole(*arguments.copies().values)
        passed.pullback(mapped(partial(cotangent, dys), OUTPUT, passed.y))

    within = limited(asked.seconds) if behaviour.results else None
    found = reached(functions, call, within)
    code = _Layer(whole, arguments, dys, found)
    one = len(dys) == 1
    return Claim(
        subject(tensors, asked),
        tensors,
        {COTANGENT + name: dy for name, dy in dys.items()},
        {n: t.dtype for n, t in tensors.items()},
        behaviour,
        lambda at: traced(partial(code.record, at), asked.seconds, behaviour.seconds),
        Runs(code.loss, code.gradient, plain=put_back(code.found, code.passes, asked.seconds)),
        Context(
            {**arguments.constants, **tensors},
            next(iter(behaviour.outputs.values())) if one else None,
            next(iter(dys.values())) if one else None,
            code.at_cotangent if one else None,
            code.gradient,
        ),
        referring(asked, arguments, dys, behaviour.seconds),
    )


class _Layer:
    """A layer at arguments, under cotangents."""

    def __init__(self, layer: Layer, arguments: Arguments, dys: Tensors, found: Reach) -> None:
        self.layer, self.arguments, self.dys, self.found = layer, arguments, dys, found
        self.numbers = numbers_among(arguments.names, arguments.values)
        self.generators = Generators(found)

    def record(self, at: Tensors) -> Run:
        """A recorded run."""
        return run_layer(
            self.layer.forward,
            self.layer.backward,
            at,
            self.arguments.rebuild,
            self.arguments.fitted,
            partial(cotangent, self.dys),
            numbers=self.numbers,
            found=self.found,
        )

    def loss(self, at: Tensors) -> Any:
        """<y, dy>."""
        with self.generators.replayed():
            return weighed(self._passed(at).y, self.dys)

    def passes(self, at: Mapping[str, Any]) -> "Passes":
        """The outputs and the gradients in floats."""
        with self.generators.replayed():
            passed = self._passed(at)
            dy = mapped(partial(cotangent, self.dys), OUTPUT, passed.y)
            outputs = {n: np.array(y) for n, y in leaves(OUTPUT, passed.y) if n in self.dys}
            return outputs, self.arguments.fitted(passed.pullback(dy))

    def gradient(self, at: Mapping[str, Any]) -> Mapping[str, Any]:
        """The gradients in floats."""
        return self.passes(at)[1]

    def at_cotangent(self, dy: Any) -> Mapping[str, Any]:
        """The gradients in floats at another cotangent of the only output."""
        (name,) = self.dys
        other = _Layer(self.layer, self.arguments, {name: np.asarray(dy)}, self.found)
        return other.gradient(self.arguments.tensors)

    def _passed(self, at: Mapping[str, Any]) -> Any:
        return self.layer(*self.arguments.rebuild(copies(at, self.arguments.tensors)))
