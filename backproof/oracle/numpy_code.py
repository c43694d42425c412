"""NumPy functions as the oracle judges them: a loss with its gradient, or a layer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from architectures import Array
from backproof.oracle.accused import Accused, Context, Observed, Runs, Tensors, is_large
from backproof.check.arguments.nodes import leaves, mapped
from backproof.check.arguments.trees import Arguments
from backproof.check.request import COTANGENT, Asked, Function, subject
from backproof.check.behaviour.acts import PATIENCE
from backproof.check.behaviour.conduct import observe_pair
from backproof.check.behaviour.layers import observe_layer
from backproof.check.behaviour.passes import OUTPUT, Layer
from reference.testimony import LOSS


def pair(loss: Function, gradient: Function, arguments: Arguments, asked: Asked) -> Accused:
    """A loss and its gradient at arguments."""
    patience = 0.0 if is_large(arguments.tensors) else PATIENCE
    conduct = observe_pair(loss, gradient, arguments, asked.seconds, patience=patience)
    results = {**conduct.gradients, **({} if conduct.loss is None else {LOSS: conduct.loss})}
    code = _Pair(loss, gradient, arguments)

    def at(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return code.gradient({n: inputs[n] for n in arguments.tensors}, _as_it_is)

    return Accused(
        subject(arguments.tensors, asked),
        arguments.tensors,
        {},
        _observed(conduct, results),
        *_running(code, (loss, gradient)),
        Context({**arguments.constants, **arguments.tensors}, at=at),
        _referring(asked.reference, arguments, {}),
    )


def layer(
    forward: Function, backward: Function | None, arguments: Arguments, asked: Asked
) -> Accused:
    """A forward pass and its backward at inputs, under a random cotangent."""
    patience = 0.0 if is_large(arguments.tensors) else PATIENCE
    conduct = observe_layer(
        forward, backward, arguments, asked.seconds, asked.seed, patience=patience
    )
    dy = conduct.cotangents[0] if conduct.cotangents else {}
    fixed = {COTANGENT + name: d for name, d in dy.items()}
    code = _Layer(Layer(forward, backward), arguments)
    results = dict(conduct.gradients[0]) if conduct.gradients else {}
    if results:
        results[LOSS] = np.asarray(sum((y * dy[n]).sum() for n, y in conduct.outputs.items()))
    one = len(dy) == 1
    return Accused(
        subject(arguments.tensors, asked),
        arguments.tensors,
        fixed,
        _observed(conduct, results),
        *_running(code, (forward, backward)),
        Context(
            {**arguments.constants, **arguments.tensors},
            next(iter(conduct.outputs.values())) if one else None,
            next(iter(dy.values())) if one else None,
            partial(_at_cotangent, code, arguments.tensors) if one else None,
            partial(_at_inputs, code, arguments.tensors, fixed),
        ),
        _referring(asked.reference, arguments, fixed),
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    loss_function: Function
    gradient_function: Function
    arguments: Arguments

    def loss(self, at: Mapping[str, Any], enter: Function) -> Any:
        return self.loss_function(*_entered(self.arguments, at, enter))

    def gradient(self, at: Mapping[str, Any], enter: Function) -> dict[str, Any]:
        returned = self.gradient_function(*_entered(self.arguments, at, enter))
        return {LOSS: self.loss(at, enter), **self.arguments.gradients(returned)}


@dataclass(frozen=True, slots=True)
class _Layer:
    layer: Layer
    arguments: Arguments

    def loss(self, at: Mapping[str, Any], enter: Function) -> Any:
        y = self.layer(*_entered(self.arguments, at, enter)).y
        return weighed(dict(leaves(OUTPUT, y)), at, enter)

    def gradient(self, at: Mapping[str, Any], enter: Function) -> dict[str, Any]:
        passed = self.layer(*_entered(self.arguments, at, enter))
        L = weighed(dict(leaves(OUTPUT, passed.y)), at, enter)
        dy = mapped(partial(_cotangent, at, enter), OUTPUT, passed.y)
        return {LOSS: L, **self.arguments.gradients(passed.pullback(dy))}


@dataclass(frozen=True, slots=True)
class _Reference:
    """The same forward, written by somebody else: a loss, or the outputs of a layer."""

    function: Function
    arguments: Arguments
    layered: bool

    def loss(self, at: Mapping[str, Any], enter: Function) -> Any:
        y = self.function(*_entered(self.arguments, at, enter))
        return weighed(dict(leaves(OUTPUT, y)), at, enter) if self.layered else y

    def gradient(self, at: Mapping[str, Any], enter: Function) -> dict[str, Any]:
        return {LOSS: self.loss(at, enter)}


_Code = _Pair | _Layer | _Reference


def _cotangent(at: Mapping[str, Any], enter: Function, name: str, y: Any) -> Any:
    """The cotangent of an output; of one that is no tensor of floats, the output itself."""
    return enter(at[COTANGENT + name].copy()) if COTANGENT + name in at else y


def weighed(outputs: Mapping[str, Any], at: Mapping[str, Any], enter: Function) -> Any:
    """<y, dy> over all outputs that have a cotangent."""
    dys = [n for n in at if n.startswith(COTANGENT)]
    given = [(outputs[n.removeprefix(COTANGENT)], d) for n, d in at.items() if n in dys]
    return sum((y * enter(d.copy())).sum() for y, d in given)


def _at_cotangent(code: _Layer, tensors: Tensors, dy: Any) -> Mapping[str, Any]:
    """The gradients in floats at another cotangent of the only output."""
    (name,) = dict(leaves(OUTPUT, code.layer(*_entered(code.arguments, tensors, _as_it_is)).y))
    return code.gradient({**tensors, COTANGENT + name: np.asarray(dy)}, _as_it_is)


def _at_inputs(
    code: _Layer, tensors: Tensors, fixed: Tensors, inputs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The gradients in floats at other inputs."""
    return code.gradient({**{n: inputs[n] for n in tensors}, **fixed}, _as_it_is)


def _referring(
    reference: Function | None, arguments: Arguments, fixed: Tensors
) -> tuple[Any, Any] | None:
    """The reference over balls and over float64; None where there is none."""
    if reference is None:
        return None
    exact, _, double = _running(_Reference(reference, arguments, bool(fixed)), (reference,))
    return exact, double


def _entered(arguments: Arguments, at: Mapping[str, Any], enter: Function) -> list[Any]:
    """The arguments in an arithmetic; nothing that the code does to them comes back.

    Large ones are no copies: who changes its inputs was convicted of that before.
    """
    kept = is_large(arguments.tensors)
    return enter(arguments.rebuild({n: at[n] if kept else at[n].copy() for n in arguments.tensors}))


def _as_it_is(x: Any) -> Any:
    return x


def _running(code: _Code, functions: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    from reference.exact_numpy.arithmetics import DOUBLE, EXACT, SHORT

    theirs = [f for f in functions if f is not None]
    return tuple(partial(_followed, code, theirs, a) for a in (EXACT, SHORT, DOUBLE))  # type: ignore[return-value]


@contextmanager
def _followed(code: _Code, functions: list[Function], arithmetic: Any) -> Iterator[Runs]:
    from reference.exact_numpy.following import following

    with following(*functions, arithmetic=arithmetic) as enter:
        yield Runs(partial(_call, code.loss, enter), partial(_call, code.gradient, enter))


def _call(method: Function, enter: Function, at: Mapping[str, Any]) -> Any:
    """A run of the code; that it leaves the process is an error like others."""
    try:
        return method(at, enter)
    except SystemExit as error:
        raise RuntimeError(f"calls sys.exit({error.code!r})") from error


def _observed(conduct: Any, results: Mapping[str, Array]) -> Observed:
    parts = (conduct.acts, conduct.suspicions, conduct.notes, conduct.left_out)
    return Observed(*parts, results, conduct.seconds)
