"""Custom rules within a program: what they compute stands where the rule has it.

JAX calls a rule while it evaluates the call of the function, and takes all that the rule asks for
as asked for there.
"""

from collections.abc import Callable, Iterator
from typing import Any

import jax
from jax.extend.source_info_util import extend_name_stack, new_name_stack, user_context

RULES = ("bwd", "fwd_jaxpr_thunk", "jvp_jaxpr_fun")
"""The parameters of a call that hold the functions of a custom rule."""
CALL = "the rule of call "
"""Before the number of a call, the name of the scope that its rule runs in."""


class Calls:
    """Where functions with custom rules are called, by the numbers in the names of scopes."""

    def __init__(self) -> None:
        self._sources: list[Any] = []

    def entered(self, source_info: Any) -> str:
        """The name of a new scope, for the rule of a call."""
        self._sources.append(source_info)
        return f"{CALL}{len(self._sources) - 1}"

    def of(self, source_info: Any) -> Iterator[Any]:
        """The sources of the calls whose rules an equation belongs to, the innermost first."""
        for scope in reversed(source_info.name_stack.stack):
            if scope.name.startswith(CALL):
                yield self._sources[int(scope.name.removeprefix(CALL))]


def located(program: Any, calls: Calls) -> Any:
    """A jaxpr, closed or not, whose rules leave lines of their own; itself where it has no rule."""
    if hasattr(program, "consts"):
        inner = located(program.jaxpr, calls)
        return program if inner is program.jaxpr else program.replace(jaxpr=inner)
    equations = [_equation(eqn, calls) for eqn in program.eqns]
    changed = any(new is not old for new, old in zip(equations, program.eqns, strict=True))
    return program.replace(eqns=equations) if changed else program


def _equation(eqn: Any, calls: Calls) -> Any:
    params = {name: _inside(value, calls) for name, value in eqn.params.items()}
    rules = {name: params[name] for name in RULES if hasattr(params.get(name), "wrap")}
    if rules:
        scope = calls.entered(eqn.source_info)
        params |= {name: rule.wrap(_in_scope, (scope,), None) for name, rule in rules.items()}
    changed = any(params[name] is not value for name, value in eqn.params.items())
    return eqn.replace(params=params) if changed else eqn


def _inside(value: Any, calls: Calls) -> Any:
    """A parameter with the programs that it holds, if it holds any, as `located` has them."""
    if is_program(value):
        return located(value, calls)
    if isinstance(value, tuple | list) and any(map(is_program, value)):
        found = jax.tree.map(lambda x: _inside(x, calls), value, is_leaf=is_program)
        return value if all(map(_same, found, value)) else found
    return value


def is_program(value: Any) -> bool:
    """Whether a parameter of an equation is a jaxpr."""
    return hasattr(value, "eqns")


def _same(a: Any, b: Any) -> bool:
    return a is b


def _in_scope(rule: Callable[..., Any], scope: str, *given: Any, **settings: Any) -> Any:
    with user_context(_Here()), extend_name_stack(scope):
        found = rule(*given, **settings)
    if isinstance(found, tuple) and is_program(found[0]):  # to be evaluated later
        return _scoped(found[0], scope), *found[1:]
    return found


def _scoped(program: Any, scope: str) -> Any:
    def scoped(eqn: Any) -> Any:
        names = new_name_stack(scope) + eqn.source_info.name_stack
        return eqn.replace(source_info=eqn.source_info.replace(name_stack=names))

    return program.replace(eqns=list(map(scoped, program.eqns)))


class _Here:
    """In the place of a traceback: none, so that JAX takes the one of the moment."""

    def __bool__(self) -> bool:
        return False

    def as_python_traceback(self) -> None:
        """That of an exception stays as it is."""
