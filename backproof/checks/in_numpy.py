"""NumPy functions as claims: a loss with its gradient, or a layer's forward with its backward."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.attempts import attempt, traced
from backproof.checks.behaviour.layers import observe_layer
from backproof.checks.behaviour.pairs import observe_pair
from backproof.checks.behaviour.passes import OUTPUT, Layer
from backproof.checks.claim import Claim, Context, Observed, Reference, Runs, Tensors
from backproof.checks.request import COTANGENT, Asked, Function, subject
from backproof.programs.called import reached
from backproof.programs.complete import Plain
from backproof.programs.nodes import leaves, mapped
from backproof.programs.numpy.running import numbers_among, run_layer, run_pair
from backproof.programs.random_state import Generators
from backproof.programs.reach import Reach
from backproof.programs.run import Run
from backproof.programs.state import State
from backproof.verdict.decisions import MOST_ELEMENTS, PATIENCE

LOSS = "loss"
Passes = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The outputs and the gradients of a run, by name."""


def pair(loss: Function, gradient: Function, arguments: Arguments, asked: Asked) -> Claim:
    """A loss and its gradient at arguments."""
    tensors = arguments.tensors
    behaviour = observe_pair(loss, gradient, arguments, asked.seconds, patience=_patience(tensors))
    outputs = {} if behaviour.loss is None else {LOSS: behaviour.loss}
    numbers = numbers_among(arguments.names, arguments.values)

    def call() -> None:
        for function in (loss, gradient):
            function(*arguments.copies().values)

    limited = _limited(asked.seconds, behaviour.seconds)
    found = reached({LOSS: loss, "gradient": gradient}, call, limited)
    generators = Generators(found)

    def record(at: Tensors) -> Run:
        rebuild, read = arguments.rebuild, arguments.fitted
        run = partial(run_pair, loss, gradient, at, rebuild, read, numbers=numbers, found=found)
        return traced(run, asked.seconds, behaviour.seconds)

    def value(at: Tensors) -> Any:
        return loss(*arguments.rebuild(_copies(at, tensors)))

    def plain(at: Tensors) -> Passes:
        return {LOSS: generators.again(value)(at)}, returned(at)

    @generators.again
    def returned(at: Mapping[str, Any]) -> Mapping[str, Any]:
        return arguments.fitted(gradient(*arguments.rebuild(_copies(at, tensors))))

    return Claim(
        subject(tensors, asked),
        tensors,
        {},
        {n: t.dtype for n, t in tensors.items()},
        _observed(behaviour, behaviour.gradients, outputs),
        record,
        Runs(generators.again(value), returned, plain=_put_back(found, plain, asked.seconds)),
        Context({**arguments.constants, **tensors}, at=returned),
        _referring(asked, arguments, {}, behaviour.seconds),
    )


def layer(
    forward: Function, backward: Function | None, arguments: Arguments, asked: Asked
) -> Claim:
    """A forward pass and its backward at inputs, under a random cotangent."""
    tensors = arguments.tensors
    behaviour = observe_layer(
        forward, backward, arguments, asked.seconds, asked.seed, patience=_patience(tensors)
    )
    dys = behaviour.cotangents[0] if behaviour.cotangents else {}
    whole = Layer(forward, backward)

    def call() -> None:
        passed = whole(*arguments.copies().values)
        passed.pullback(mapped(partial(_cotangent, dys), OUTPUT, passed.y))

    limited = _limited(asked.seconds, behaviour.seconds)
    found = reached({"forward": forward, "backward": backward}, call, limited)
    code = _Layer(whole, arguments, dys, found)
    one = len(dys) == 1
    return Claim(
        subject(tensors, asked),
        tensors,
        {COTANGENT + name: dy for name, dy in dys.items()},
        {n: t.dtype for n, t in tensors.items()},
        _observed(
            behaviour, behaviour.gradients[0] if behaviour.gradients else {}, behaviour.outputs
        ),
        lambda at: traced(partial(code.record, at), asked.seconds, behaviour.seconds),
        Runs(code.loss, code.gradient, plain=_put_back(code.found, code.passes, asked.seconds)),
        Context(
            {**arguments.constants, **tensors},
            next(iter(behaviour.outputs.values())) if one else None,
            next(iter(dys.values())) if one else None,
            code.at_cotangent if one else None,
            code.gradient,
        ),
        _referring(asked, arguments, dys, behaviour.seconds),
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
            partial(_cotangent, self.dys),
            numbers=self.numbers,
            found=self.found,
        )

    def loss(self, at: Tensors) -> Any:
        """<y, dy>."""
        with self.generators.replayed():
            return _weighed(self._passed(at).y, self.dys)

    def passes(self, at: Mapping[str, Any]) -> "Passes":
        """The outputs and the gradients in floats."""
        with self.generators.replayed():
            passed = self._passed(at)
            dy = mapped(partial(_cotangent, self.dys), OUTPUT, passed.y)
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
        return self.layer(*self.arguments.rebuild(_copies(at, self.arguments.tensors)))


def _cotangent(dys: Tensors, name: str, y: Any) -> Any:
    """The cotangent of an output; of one that is no tensor of floats, the output itself."""
    return dys[name].copy() if name in dys else y


def _weighed(y: Any, dys: Tensors) -> Any:
    named = dict(leaves(OUTPUT, y))
    return sum(np.asarray(named[n] * dy).sum() for n, dy in dys.items())


def _referring(asked: Asked, arguments: Arguments, dys: Tensors, spent: float) -> Reference | None:
    """The reference, whose backward nobody knows; spent: seconds that the claim's calls took."""
    reference = asked.reference
    if reference is None:
        return None

    def nothing(*_: Any) -> dict[str, None]:
        return dict.fromkeys(arguments.tensors)

    def value(at: Tensors) -> Any:
        y = reference(*arguments.rebuild(_copies(at, arguments.tensors)))
        return _weighed(y, dys) if dys else y

    def call() -> None:
        reference(*arguments.copies().values)

    @lru_cache
    def found() -> Reach:
        return reached({"reference": reference}, call, _limited(asked.seconds, spent))

    def record(at: Tensors) -> Run:
        rebuild, none = arguments.rebuild, _none(arguments)
        if not dys:
            return run_pair(reference, nothing, at, rebuild, none, found=found())
        forward, dy = _paired(reference), partial(_cotangent, dys)
        return run_layer(forward, nothing, at, rebuild, none, dy, found=found())

    def recorded(at: Tensors) -> Run:
        return traced(partial(record, at), asked.seconds, spent)

    return Reference(recorded, Runs(value, nothing))


def _paired(reference: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: (reference(*args), None)


def _none(arguments: Arguments) -> Callable[[Any], dict[str, Any]]:
    return lambda _: dict.fromkeys(arguments.tensors)


def _limited(seconds: float, spent: float) -> Callable[[Callable[[], Any]], Any] | None:
    """What makes a call that raises nothing; none where those before took long, spent seconds."""
    return None if spent > PATIENCE else lambda call: attempt(call, seconds)


def _put_back(found: Reach, passes: Callable[[Tensors], Passes], seconds: float) -> Plain:
    """One run, None where it fails; all that it can reach is put back after it."""

    def plain(at: Tensors) -> Passes | None:
        with State(found):
            passed: Passes | None = attempt(lambda: passes(at), seconds).value
            return passed

    return plain


def _copies(at: Mapping[str, Any], tensors: Tensors) -> dict[str, Any]:
    """Copies of what the code is given; large ones are handed over as they are, since who changes
    its inputs was reported for that before.
    """
    kept = sum(t.size for t in tensors.values()) > MOST_ELEMENTS
    return {n: at[n] if kept else np.array(at[n], order="K") for n in tensors}


def _patience(tensors: Tensors) -> float:
    return 0.0 if sum(t.size for t in tensors.values()) > MOST_ELEMENTS else PATIENCE


def _observed(behaviour: Any, results: Mapping[str, Any], outputs: Mapping[str, Any]) -> Observed:
    parts = (behaviour.breaches, behaviour.doubts, behaviour.notes, behaviour.left_out)
    return Observed(*parts, dict(results), dict(outputs), behaviour.seconds)
