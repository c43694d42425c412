"""A JAX function as a claim: what JAX's reverse mode says of it, with its custom rules."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backproof.checks.claim import Claim, Context, Observed, Reference, Runs, Tensors
from backproof.checks.in_jax.behaviour import Trial, observe_jax
from backproof.checks.in_jax.call import Code, cast, numbers, plain
from backproof.checks.request import COTANGENT, Asked, subject
from backproof.programs.jaxpr.arguments import taken_apart
from backproof.programs.jaxpr.function import has_wide_types, run_function
from backproof.programs.run import Run

Function = Callable[..., Any]
Numbers = Mapping[str, Any]


def jax_claim(
    function: Function,
    args: tuple[Any, ...],
    asked: Asked,
    dtype: Any = None,
    argnums: Collection[int] | None = None,
) -> Claim:
    """A function and its own gradient at arguments, under a random cotangent for every output.

    64-bit types are on if the user has turned them on, or an argument has one. Raises ValueError
    where no argument that moves holds floats.
    """
    given = args if dtype is None else cast(args, dtype)
    parts = taken_apart(function, given, argnums)
    code = Code(function, argnums, parts, has_wide_types(given))
    trial, tensors = _heard(code, asked)
    code = trial.code
    dys = dict(trial.dys[0]) if trial.gradients else {}
    return Claim(
        subject(_given(trial), asked),
        tensors,
        {COTANGENT + n: d for n, d in dys.items()},
        {n: getattr(x, "dtype", tensors[n].dtype) for n, x in code.parts.moving.items()},
        _observed(trial),
        partial(_recorded, code, dys),
        Runs(
            partial(_loss_at, trial, dys),
            partial(_at_inputs, trial),
            double=partial(_in_double, trial, dys),
        ),
        _context(trial, dys),
        _referring(asked.reference, trial, dys),
        pure=True,
        further=partial(_recorded, code, dys, tensors, None),
    )


def _recorded(
    code: Code, dys: Tensors, at: Tensors, like: Function | None = None, further: int = 0
) -> Run:
    """A recorded run at other values of the moving leaves. like: whose parameters name them."""
    arguments = code.parts.rebuilt(code.entered(at))
    with code.same_draws():
        return run_function(
            code.function,
            arguments,
            dys,
            argnums=code.argnums,
            wide=code.wide,
            replay=code.same_draws,
            like=like,
            further=further,
        )


def _heard(code: Code, asked: Asked) -> tuple[Trial, Tensors]:
    """The function observed. What fails in 64 bits, though the user has them off, is observed in
    the user's own.
    """
    tensors = code.tensors
    trial = observe_jax(code, tensors, asked.seconds, asked.seed)
    raised = any(b.code == "BP201" for b in trial.book.breaches)
    if raised and code.wide and not has_wide_types():
        narrow = replace(code, wide=False, changed=set())
        other = observe_jax(narrow, narrow.tensors, asked.seconds, asked.seed)
        if other.gradients:
            other.book.note("it raises on float64, and was judged in the types of JAX's defaults")
            return other, narrow.tensors
    return trial, tensors


def _given(trial: Trial) -> Tensors:
    """The tensors as they came, in their own dtypes; a Python float in JAX's."""
    leaves = trial.code.parts.moving.items()
    return {n: np.asarray(x) if hasattr(x, "dtype") else trial.tensors[n] for n, x in leaves}


def _observed(trial: Trial) -> Observed:
    book = trial.book
    results = dict(trial.gradients[0]) if trial.gradients else {}
    return Observed(
        tuple(book.breaches),
        tuple(book.doubts),
        tuple(book.notes),
        results,
        dict(trial.outputs),
        book.spent,
    )


def _context(trial: Trial, dys: Tensors) -> Context:
    inputs = {**numbers(trial.code.parts.constants), **trial.tensors}
    if not trial.gradients:
        return Context(inputs)
    at = partial(_at_inputs, trial)
    if len(dys) > 1:
        return Context(inputs, at=at)
    (y,), (d,) = trial.outputs.values(), dys.values()
    return Context(inputs, y, d, partial(_at_cotangent, trial), at)


def _referring(reference: Function | None, trial: Trial, dys: Tensors) -> Reference | None:
    if reference is None:
        return None
    code = replace(trial.code, function=reference, changed=set())
    recorded = partial(_recorded, code, dys, like=trial.code.function)

    def loss(at: Tensors) -> float:
        outputs = code.outputs(code.entered(at), traced=False)
        return _weighed({n: plain(y) for n, y in outputs.items()}, dys)

    def gradient(at: Tensors) -> Mapping[str, Any]:
        return recorded(at).returned

    return Reference(recorded, Runs(loss, gradient))


def _loss_at(trial: Trial, dys: Tensors, at: Tensors) -> float:
    """<y, dy> in the function's own types."""
    assert trial.run is not None
    ys = trial.run(trial.code.entered(at), list(dys.values()))[0]
    return _weighed(ys, dys)


def _in_double(trial: Trial, dys: Tensors, at: Tensors) -> float:
    """The same of float64 inputs, whether the user has 64-bit types on or not."""
    code = replace(trial.code, wide=True, changed=set())
    with jax.enable_x64(True):
        moving = [jnp.asarray(at[n], np.float64) for n in code.parts.moving]
    outputs = code.outputs(moving, traced=False)
    return _weighed({n: plain(y) for n, y in outputs.items()}, dys)


@np.errstate(all="ignore")
def _weighed(ys: Mapping[str, Any], dys: Tensors) -> float:
    """<y, dy>, added up in float64."""
    return sum(float((ys[n].astype(np.float64) * d).sum()) for n, d in dys.items())


def _at_cotangent(trial: Trial, dy: Any) -> Numbers:
    """The gradients in floats at another cotangent of the only output."""
    ((_, own),) = trial.dys[0].items()
    assert trial.run is not None
    moving = trial.code.entered(trial.tensors)
    return trial.run(moving, [np.asarray(dy).astype(own.dtype)])[1]


def _at_inputs(trial: Trial, inputs: Numbers) -> Numbers:
    """The gradients in floats at other inputs."""
    assert trial.run is not None
    return trial.run(trial.code.entered(inputs), list(trial.dys[0].values()))[1]
