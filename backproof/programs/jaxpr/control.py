"""Operations that hold programs of their own: calls, branches, loops, general reductions.

A branch and the number of turns are what the run decided.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun

from backproof.programs.jaxpr.draws import random_gamma
from backproof.programs.jaxpr.held import Held, Walker
from backproof.programs.jaxpr.kernels import pallas_call
from backproof.programs.jaxpr.windows import rows

Control = Callable[..., list[Held]]
"""Who walks, an equation's inputs, and its parameters by keyword, to its outputs."""


def _calls(parameter: str) -> Control:
    """The program that a parameter holds, once; of a custom rule, that of the function itself."""
    return lambda walk, *given, **parameters: walk.run(parameters[parameter], *given)


def _same(_: Walker, *given: Held, **__: Any) -> list[Held]:
    return list(given)


def _nothing(_: Walker, *__: Held, **___: Any) -> list[Held]:
    """A call for its effect alone: nothing comes back from it."""
    return []


def _cond(walk: Walker, which: Held, *given: Held, branches: Any, **_: Any) -> list[Held]:
    return walk.run(branches[min(max(int(which.array), 0), len(branches) - 1)], *given)


def _while(
    walk: Walker,
    *given: Held,
    cond_jaxpr: Any,
    body_jaxpr: Any,
    cond_nconsts: int,
    body_nconsts: int,
) -> list[Held]:
    asked, rest = given[:cond_nconsts], given[cond_nconsts:]
    fixed, state = rest[:body_nconsts], list(rest[body_nconsts:])
    turns = 0
    while (going := walk.run(cond_jaxpr, *asked, *state)[0]).array.any():
        after = walk.run(body_jaxpr, *fixed, *state)
        pairs = zip(after, state, strict=True)
        state = [_going_on(walk, going, *pair) for pair in pairs] if going.array.ndim else after
        turns += 1
    for _ in range(turns * walk.further):
        state = walk.run(body_jaxpr, *fixed, *state)
    return state


def _going_on(walk: Walker, going: Held, after: Held, before: Held) -> Held:
    """Of a loop of many runs at once: what those have that go on, the others as they were."""
    given = going, after, before
    return walk.run(_choice(*((x.array.shape, x.array.dtype) for x in given)), *given)[0]


@lru_cache(maxsize=256)
def _choice(*kinds: tuple[tuple[int, ...], Any]) -> Any:
    """The program that takes of two arrays what the first one says, row by row; kinds: shapes and
    dtypes of the three.
    """

    def chosen(asked: Any, new: Any, old: Any) -> Any:
        return jnp.where(asked.reshape(*asked.shape, *[1] * (new.ndim - asked.ndim)), new, old)

    return jax.make_jaxpr(chosen)(*(np.zeros(*kind) for kind in kinds))


def _scan(
    walk: Walker,
    *given: Held,
    jaxpr: Any,
    length: int,
    reverse: bool,
    num_consts: int,
    num_carry: int,
    **_: Any,
) -> list[Held]:
    """The carry at the end, and what each turn gave, stacked."""
    fixed, rest = given[:num_consts], given[num_consts:]
    carry, xs = list(rest[:num_carry]), rest[num_carry:]
    if len(given) == num_consts + num_carry == num_consts + len(jaxpr.out_avals):
        length *= 1 + walk.further  # turns that nothing counts, as a loop of JAX's own
    turns: list[list[Held]] = []
    for i in reversed(range(length)) if reverse else range(length):
        row = [walk.moved(partial(_row, i), x) for x in xs]
        results = walk.run(jaxpr, *fixed, *carry, *row)
        carry = results[:num_carry]
        turns.append(results[num_carry:])
    ordered = turns[::-1] if reverse else turns
    avals = jaxpr.out_avals[num_carry:]
    return [*carry, *(_stacked(walk, [t[k] for t in ordered], a) for k, a in enumerate(avals))]


def _row(i: int, x: Any) -> Any:
    return x[i]


def _stacked(walk: Walker, turns: list[Held], aval: Any) -> Held:
    if not turns:
        return Held.of(np.zeros((0, *aval.shape), aval.dtype))
    extended = isinstance(turns[0].array, jax.Array)
    return walk.moved(lambda *ys: (jnp if extended else np).stack(ys), *turns)


def _reduce(walk: Walker, *given: Held, jaxpr: Any, dimensions: Any, **_: Any) -> list[Held]:
    """Each operand's elements along the dimensions, folded into its start by a program."""
    count = len(given) // 2
    terms = [walk.moved(partial(_along_last, dimensions), x) for x in given[:count]]
    return _folded(walk, jaxpr, terms, given[count:])


def _along_last(axes: Any, x: Any) -> Any:
    rest = [k for k in range(x.ndim) if k not in axes]
    return x.transpose([*rest, *axes]).reshape(*(x.shape[k] for k in rest), -1)


def _reduce_window(walk: Walker, *given: Held, jaxpr: Any, **layout: Any) -> list[Held]:
    """The elements of each window, folded into the start, which pads it too, by a program."""
    count = len(given) // 2
    layout.pop("consts", ())
    pairs = zip(given[:count], given[count:], strict=True)
    terms = [walk.moved(partial(rows, **layout), x, start) for x, start in pairs]
    return _folded(walk, jaxpr, terms, given[count:])


def _folded(walk: Walker, jaxpr: Any, terms: list[Held], starts: Sequence[Held]) -> list[Held]:
    """A program of numbers, run on whole arrays, over the last axis. terms: (..., k) each."""
    shape = terms[0].array.shape[:-1]
    values = [walk.moved(lambda p: np.broadcast_to(p, shape), s) for s in starts]
    columns = [np.zeros(shape, x.array.dtype) for x in (*values, *terms)]
    numbers = jaxpr_as_fun(_closed(jaxpr))
    for _ in shape:
        numbers = jax.vmap(numbers)
    program = jax.make_jaxpr(numbers)(*columns)
    for k in range(terms[0].array.shape[-1]):
        row = [walk.moved(partial(np.take, indices=k, axis=-1), x) for x in terms]
        values = walk.run(program, *values, *row)
    return values


def _closed(jaxpr: Any) -> Any:
    return jaxpr if hasattr(jaxpr, "consts") else ClosedJaxpr(jaxpr, ())


def _custom_linear_solve(walk: Walker, *given: Held, const_lengths: Any, jaxprs: Any) -> list[Held]:
    """The solution as the program for it finds it; its constants stand among those of others."""
    before = const_lengths.matvec + const_lengths.vecmat
    b = given[sum(const_lengths) :]
    return walk.run(jaxprs.solve, *given[before : before + const_lengths.solve], *b)


CONTROL: dict[str, Control] = {
    "closed_call": _calls("call_jaxpr"),
    "composite": _calls("jaxpr"),
    "cond": _cond,
    "copy": _same,
    "copy_p": _same,
    "core_call": _calls("call_jaxpr"),
    "custom_jvp_call": _calls("call_jaxpr"),
    "custom_linear_solve": _custom_linear_solve,
    "custom_vjp_call": _calls("call_jaxpr"),
    "debug_callback": _nothing,
    "debug_print": _nothing,
    "device_put": _same,
    "jit": _calls("jaxpr"),
    "name": _same,
    "optimization_barrier": _same,
    "pallas_call": pallas_call,
    "random_gamma": random_gamma,
    "reduce": _reduce,
    "reduce_window": _reduce_window,
    "remat2": _calls("jaxpr"),
    "scan": _scan,
    "while": _while,
}
