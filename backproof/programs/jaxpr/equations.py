"""One equation of a jaxpr: what JAX computes for it, which rule lowers it, how it is known."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from backproof.exact.precision import Precision, precision_of
from backproof.exact.primitives.decisions import other
from backproof.exact.record import Step
from backproof.programs.jaxpr.arithmetic import correctly_rounded
from backproof.programs.jaxpr.held import Held, is_float, plain
from backproof.programs.jaxpr.rules import is_program
from backproof.programs.jaxpr.table import COMPARISONS, RULES, SEVERAL
from backproof.programs.run import CannotFollow


def is_dropped(variable: Any) -> bool:
    """Whether a program reads a result nowhere."""
    return type(variable).__name__ == "DropVar"


def builds(name: str, eqn: Any, steps: list[Step]) -> Sequence[Callable[[], Step]]:
    """What appends the steps of each output: by a rule, or as a decision, which needs none."""
    if not any(is_float(v.aval.dtype) for v in eqn.outvars):
        if name in COMPARISONS and all(x.is_float for x in steps):
            return [lambda: COMPARISONS[name](*steps)]
        return [partial(_decided, eqn, steps, k) for k in range(len(eqn.outvars))]
    if name in RULES:
        return [lambda: RULES[name](*steps, **eqn.params)]
    if name in SEVERAL:
        return SEVERAL[name](*steps, **eqn.params)
    raise CannotFollow("it has no exact rule")


def format_of(name: str, eqn: Any, result: Any) -> Precision | None:
    """The format of what an equation computed: of its dtype, or coarser where it says so."""
    own = precision_of(result.dtype)
    if name != "reduce_precision" or own is None:
        return own
    bits, exponents = eqn.params["mantissa_bits"] + 1, eqn.params["exponent_bits"]
    bias = 2 ** (exponents - 1) - 1
    largest = min(own.largest, 2.0 ** min(bias, 1023) * (2 - 2.0 ** (1 - bits)))
    return Precision(f"e{exponents}m{bits - 1}", bits, 2 - bias - bits, 1 - bias, largest)


def implementation(eqn: Any, arrays: Sequence[Any]) -> Any:
    """What computes an operation that some library has added to JAX, as a program of others; None
    where it is no such program, or the tables have a rule.
    """
    name = eqn.primitive.name
    if name in RULES or name in SEVERAL or not any(is_float(v.aval.dtype) for v in eqn.outvars):
        return None

    def run(*given: Any) -> Any:
        return eqn.primitive.impl(*given, **eqn.params)

    try:
        program = jax.make_jaxpr(run)(*arrays)
    except Exception:  # whatever an implementation makes of arrays that are not known yet
        return None
    return None if any(e.primitive is eqn.primitive for e in every_equation(program)) else program


def every_equation(program: Any) -> Iterator[Any]:
    """The equations of a program and of those inside of it."""
    for eqn in program.eqns:
        yield eqn
        for inner in filter(is_program, jax.tree.leaves(eqn.params, is_leaf=is_program)):
            yield from every_equation(inner)


def _decided(eqn: Any, steps: list[Step], k: int) -> Step:
    wide = bool(jnp.result_type(float) == np.float64)

    def function(*arrays: Any) -> Any:
        kinds = [v.aval.dtype for v in eqn.invars]
        own = [np.asarray(x).astype(kind) for x, kind in zip(arrays, kinds, strict=True)]
        with jax.enable_x64(wide):
            return np.asarray(bound(eqn, own)[k])

    return other(*steps, function=function)


def bound(eqn: Any, arrays: Sequence[Any]) -> list[Any]:
    """What JAX computes for an equation, now; where IEEE 754 leaves no choice, by NumPy, which need
    not compile it.
    """
    known = correctly_rounded(eqn.primitive.name, arrays, eqn.params)
    if known is not None:
        return [known]
    results = eqn.primitive.bind(*arrays, **eqn.params)
    return [plain(y) for y in (results if eqn.primitive.multiple_results else [results])]


def key_of(eqn: Any, given: list[Held]) -> Any:
    """By what an equation is known again; None where JAX's parameters or inputs are no key."""
    inputs = tuple(map(_identity, given))
    dropped = tuple(map(is_dropped, eqn.outvars))
    key = (eqn.primitive, dropped, tuple(sorted(eqn.params.items(), key=lambda p: p[0])), inputs)
    try:
        hash(key)
    except TypeError:
        return None
    return None if None in inputs else key


def _identity(x: Held) -> Any:
    if x.moves and x.step is not None:
        return x.step.number
    if type(x.array) is not np.ndarray:
        return None
    return str(x.array.dtype), x.array.shape, blake2b(x.array.tobytes()).digest()
