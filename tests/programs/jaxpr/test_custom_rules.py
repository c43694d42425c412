"""Where what custom rules compute stands: the line of the rule, and the call that led to it."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from backproof.exact.record import Step
from backproof.programs.jaxpr.function import run_function
from backproof.programs.run import Run

X = np.linspace(0.1, 0.9, 4)


@jax.custom_vjp
def squared(x: Any) -> Any:
    """x^2."""
    return x * x


def squared_fwd(x: Any) -> Any:
    """The input is kept."""
    return squared(x), x


def squared_bwd(x: Any, dy: Any) -> Any:
    """2 x, by a function that no other line calls."""
    return (jnp.arctan(x) / jnp.arctan(x) * 2 * x * dy,)


squared.defvjp(squared_fwd, squared_bwd)


@jax.custom_jvp
def doubled(x: Any) -> Any:
    """2 x."""
    return x + x


@doubled.defjvp
def doubled_jvp(primals: Any, tangents: Any) -> Any:
    """The same, where a function is called that no other line calls."""
    (x,), (t,) = primals, tangents
    return doubled(x), jnp.sin(x) / jnp.sin(x) * 2 * t


def scanned(x: Any) -> Any:
    """Both rules in a loop."""
    return lax.scan(lambda c, row: (c + squared(row), doubled(row)), 0.0, x)


def branched(x: Any) -> Any:
    """Both in a branch."""
    return lax.cond(x[0] > 0, lambda x: squared(doubled(x)), jnp.negative, x)


WAYS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda x: squared(doubled(x)),
    "compiled": jax.jit(lambda x: squared(doubled(x))),
    "recomputed": jax.checkpoint(lambda x: squared(doubled(x))),
    "in rows": lambda x: jax.vmap(lambda row: squared(doubled(row)))(x[:, None]),
    "in a loop": scanned,
    "in a branch": branched,
}


def _named(run: Run, name: str) -> list[Step]:
    return [s for s in run.record.steps if s.primitive.name == name]


@pytest.mark.parametrize("way", WAYS)
def test_what_a_rule_computes_stands_in_the_rule(way: str) -> None:
    """However its function is called, and with the line of that call."""
    run = run_function(WAYS[way], (X,))
    for rule, name in ((squared_bwd, "arctan"), (doubled_jvp, "sin")):
        first, found = rule.__code__.co_firstlineno, _named(run, name)
        assert found
        for place in (step.place for step in found):
            assert place is not None and place.file == __file__ and place.calls
            assert first <= place.line <= first + 4


def test_a_rule_s_lines_are_told_apart_by_the_calls_that_led_there() -> None:
    """A function that two lines call has two conventions at its ties, compiled or not."""

    def twice(x: Any) -> Any:
        first = squared(x)
        return first + jax.jit(squared)(3 * x)

    places = {s.place for s in _named(run_function(twice, (X,)), "arctan")}
    line = twice.__code__.co_firstlineno
    assert {p.calls[0][1] for p in places if p} == {line + 1, line + 2}


def test_a_program_without_rules_is_itself() -> None:
    """What was compiled of it is found again."""
    from backproof.programs.jaxpr.rules import Calls, located

    program = jax.make_jaxpr(lambda x: jax.jit(jnp.sin)(lax.cumsum(x)))(X)
    assert located(program, Calls()) is program
    assert located(jax.make_jaxpr(squared)(X), Calls()) is not program


def test_what_a_rule_raises_is_as_it_raised_it() -> None:
    """A rule that fails is told by its own error."""

    @jax.custom_vjp
    def broken(x: Any) -> Any:
        return x

    def backward(_: Any, dy: Any) -> Any:
        raise ZeroDivisionError("of its own")

    broken.defvjp(lambda x: (x, None), backward)
    with pytest.raises(ZeroDivisionError, match="of its own"):
        run_function(lambda x: broken(x), (X,))


def test_a_rule_may_have_hold_of_an_array_of_the_function() -> None:
    """It is followed where it alone works: in a trace of the function itself."""

    def function(x: Any) -> Any:
        scale = lax.stop_gradient(jnp.exp(x[0]))

        @jax.custom_vjp
        def tripled(y: Any) -> Any:
            return 3 * y

        tripled.defvjp(lambda y: (3 * y, None), lambda _, dy: (3 * dy * scale / scale,))
        return tripled(x)

    run = run_function(function, (X,))
    assert run.claimed["x"] is not None
    np.testing.assert_allclose(run.returned["x"], 3 * run.cotangents["output"].value)
