"""Primitives that hold programs of their own: calls, branches, loops, general reductions."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from reference.exact_jax.reductions import along_first
from reference.exact_jax.windows import windows

Run = Callable[..., list[Any]]
"""A program inside and its inputs, to its outputs in the arithmetic in force."""
ControlRule = Callable[..., list[Any]]


def _calls(parameter: str) -> ControlRule:
    """The program that a parameter holds, once; of a custom rule, that of the function itself."""
    return lambda run, *arrays, **parameters: run(parameters[parameter], *arrays)


def _cond(run: Run, which: Any, *arrays: Any, branches: Any, **_: Any) -> list[Any]:
    return run(branches[min(max(int(which), 0), len(branches) - 1)], *arrays)


def _while(
    run: Run, *arrays: Any, cond_jaxpr: Any, body_jaxpr: Any, cond_nconsts: int, body_nconsts: int
) -> list[Any]:
    asked, rest = arrays[:cond_nconsts], arrays[cond_nconsts:]
    given, state = rest[:body_nconsts], list(rest[body_nconsts:])
    while run(cond_jaxpr, *asked, *state)[0]:
        state = run(body_jaxpr, *given, *state)
    return state


def _scan(
    run: Run,
    *arrays: Any,
    jaxpr: Any,
    length: int,
    reverse: bool,
    num_consts: int,
    num_carry: int,
    **_: Any,
) -> list[Any]:
    """The carry at the end, and what each step gave, stacked."""
    given, rest = arrays[:num_consts], arrays[num_consts:]
    carry, rows = list(rest[:num_carry]), rest[num_carry:]
    steps: list[list[Any]] = []
    for i in reversed(range(length)) if reverse else range(length):
        results = run(jaxpr, *given, *carry, *(x[i, ...] for x in rows))
        carry = results[:num_carry]
        steps.append(results[num_carry:])
    ordered = steps[::-1] if reverse else steps
    avals = jaxpr.out_avals[num_carry:]
    return [*carry, *(_stacked([s[k] for s in ordered], a) for k, a in enumerate(avals))]


def _stacked(rows: list[Any], aval: Any) -> Any:
    if not rows:
        return np.zeros((0, *aval.shape), aval.dtype)
    return jnp.stack(rows) if isinstance(rows[0], jax.Array) else np.stack(rows)


def _reduce(run: Run, *arrays: Any, jaxpr: Any, dimensions: Any, **_: Any) -> list[Any]:
    """Each operand's elements along the dimensions, folded into its start by a program."""
    count = len(arrays) // 2
    terms = [along_first(x, list(dimensions)) for x in arrays[:count]]
    return _folded(run, jaxpr, terms, arrays[count:])


def _reduce_window(
    run: Run,
    *arrays: Any,
    jaxpr: Any,
    window_dimensions: Any,
    window_strides: Any,
    padding: Any,
    base_dilation: Any,
    window_dilation: Any,
    **_: Any,
) -> list[Any]:
    """The elements of each window, folded into the start, which pads it too, by a program."""
    count = len(arrays) // 2
    terms = []
    for x, start in zip(arrays[:count], arrays[count:], strict=True):
        seen = windows(
            x, start, window_dimensions, window_strides, padding, base_dilation, window_dilation
        )
        terms.append(along_first(seen, list(range(x.ndim, 2 * x.ndim))))
    return _folded(run, jaxpr, terms, arrays[count:])


def _folded(run: Run, jaxpr: Any, terms: list[Any], starts: Any) -> list[Any]:
    """Programs of scalars, element by element. terms: (k, ...) each."""
    shape, folded = terms[0].shape[1:], []
    for index in np.ndindex(shape):
        values = list(starts)
        for k in range(len(terms[0])):
            values = run(jaxpr, *values, *(x[(k, *index, ...)] for x in terms))
        folded.append(values)
    return [np.stack(column).reshape(shape) for column in zip(*folded, strict=True)]


def _custom_linear_solve(run: Run, *arrays: Any, const_lengths: Any, jaxprs: Any) -> list[Any]:
    """The solution as the program for it finds it; its constants stand among those of others."""
    before = const_lengths.matvec + const_lengths.vecmat
    b = arrays[sum(const_lengths) :]
    return run(jaxprs.solve, *arrays[before : before + const_lengths.solve], *b)


CONTROL: dict[str, ControlRule] = {
    "cond": _cond,
    "custom_jvp_call": _calls("call_jaxpr"),
    "custom_linear_solve": _custom_linear_solve,
    "custom_vjp_call": _calls("call_jaxpr"),
    "debug_callback": lambda run, *arrays, **_: [],
    "debug_print": lambda run, *arrays, **_: [],
    "device_put": lambda run, *arrays, **_: list(arrays),
    "jit": _calls("jaxpr"),
    "optimization_barrier": lambda run, *arrays, **_: list(arrays),
    "reduce": _reduce,
    "reduce_window": _reduce_window,
    "remat2": _calls("jaxpr"),
    "scan": _scan,
    "while": _while,
}
