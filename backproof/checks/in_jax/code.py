"""A JAX function as the oracle judges it: in floats by JAX, exactly by its own programs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from architectures import Array, Tensors
from backproof.oracle.accused import Accused, Context, Observed
from backproof.checks.request import COTANGENT, Asked, subject
from backproof.checks.in_jax.call import Code, plain
from backproof.checks.in_jax.conduct import Trial, observe_jax
from backproof.checks.in_jax.programs import Programs, referring
from backproof.checks.in_jax.runs import Compiled
from reference.exact.rounding import BFLOAT16
from reference.exact_jax.calls import Call, floating
from reference.testimony import LOSS

Function = Callable[..., Any]
Numbers = Mapping[str, Any]


def accuse(
    function: Function,
    args: tuple[Any, ...],
    asked: Asked,
    dtype: Any = None,
    argnums: Collection[int] | None = None,
) -> Accused:
    """A function and its own gradient at arguments, under a random cotangent for every output.

    64-bit types are on if the user has turned them on, or an argument has one. Raises ValueError
    where no argument that moves holds floats.
    """
    call = Call(function, args if dtype is None else _cast(args, dtype), argnums)
    code = Code(call, _wide() or _double(call.args))
    trial, tensors = _heard(code, asked)
    given = _given(trial)
    dy = dict(trial.dys[0]) if trial.gradients else {}
    own = Programs(trial.code, {COTANGENT + n: d for n, d in dy.items()}, _compiled(trial))
    other = referring(asked.reference, own)
    return Accused(
        subject(given, asked),
        tensors,
        own.cotangents,
        _observed(trial, dy),
        own.exact,
        own.exact,
        own.double,
        _context(trial, dy),
        None if other is None else (other.exact, other.double),
        None if other is None else other.autograd,
        BFLOAT16 if BFLOAT16 in {str(t.dtype) for t in given.values()} else "",
    )


def _heard(code: Code, asked: Asked) -> tuple[Trial, Tensors]:
    """The function observed. What fails in 64 bits, though the user has them off, is observed in
    the user's own.
    """
    tensors = _tensors(code)
    trial = observe_jax(code, tensors, asked.seconds, asked.seed)
    raised = any(act.code == "BP201" for act in trial.book.acts)
    if raised and code.wide and not _wide():
        narrow = replace(code, wide=False, changed=set())
        other = observe_jax(narrow, _tensors(narrow), asked.seconds, asked.seed)
        if other.gradients:
            other.book.note("it raises on float64, and was judged in the types of JAX's defaults")
            return other, _tensors(narrow)
    return trial, tensors


def _given(trial: Trial) -> Tensors:
    """The tensors as they came, in their own dtypes; a Python float in JAX's."""
    leaves = trial.code.parts.tensors.items()
    return {n: np.asarray(x) if hasattr(x, "dtype") else trial.tensors[n] for n, x in leaves}


def _compiled(trial: Trial) -> bool:
    return isinstance(trial.run, Compiled)


def _observed(trial: Trial, dy: Tensors) -> Observed:
    book, results = trial.book, {}
    if trial.gradients:
        results = {**trial.gradients[0], LOSS: _loss(trial.outputs, dy)}
    acts, suspicions = tuple(book.acts), tuple(book.suspicions)
    notes, left_out = tuple(book.notes), tuple(book.left_out)
    return Observed(acts, suspicions, notes, left_out, results, book.spent)


def _context(trial: Trial, dy: Tensors) -> Context:
    inputs = {**_numbers(trial.code.parts.constants), **trial.tensors}
    if not trial.gradients:
        return Context(inputs)
    at = partial(_at_inputs, trial)
    if len(dy) > 1:
        return Context(inputs, at=at)
    (y,), (d,) = trial.outputs.values(), dy.values()
    return Context(inputs, y, d, partial(_at_cotangent, trial), at)


def _tensors(code: Code) -> dict[str, Array]:
    """What moves, in the dtypes that it has in JAX; floats that NumPy has not, as float32."""
    leaves = code.parts.tensors
    if not leaves:
        kinds = ", ".join(f"{n}: {type(x).__name__}" for n, x in code.parts.constants.items())
        raise ValueError(f"nothing to differentiate by: no floating-point numbers in ({kinds})")
    found = {name: plain(leaf) for name, leaf in leaves.items()}
    if code.wide:
        return {n: np.array(t) for n, t in found.items()}
    return {n: t.astype(np.float32) if t.dtype == np.float64 else t for n, t in found.items()}


def _wide() -> bool:
    """Whether the user has 64-bit types on."""
    return bool(jnp.result_type(float) == np.float64)


def _double(args: tuple[Any, ...]) -> bool:
    return any(getattr(leaf, "dtype", None) == np.float64 for leaf in jax.tree.leaves(args))


def _cast(args: tuple[Any, ...], dtype: Any) -> tuple[Any, ...]:
    kind = jnp.dtype(dtype)
    return tuple(
        jax.tree.map(lambda x: np.asarray(x).astype(kind) if floating(x) else x, list(args))
    )


@np.errstate(all="ignore")
def _loss(outputs: Tensors, dy: Tensors) -> Array:
    """<y, dy>, added up in float64."""
    parts = (float((outputs[n].astype(np.float64) * d).sum()) for n, d in dy.items())
    return np.asarray(sum(parts))


def _numbers(constants: Numbers) -> dict[str, Any]:
    """The leaves that NumPy can hold: no random keys, no strings."""
    kinds = (np.number, np.bool_)
    numbers = {n: x for n, x in constants.items() if isinstance(x, int | float)}
    arrays = {n: x for n, x in constants.items() if hasattr(x, "dtype")}
    held = {n: x for n, x in arrays.items() if any(jnp.issubdtype(x.dtype, k) for k in kinds)}
    return {**numbers, **{n: plain(x) for n, x in held.items()}}


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
