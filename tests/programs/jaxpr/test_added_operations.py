"""Operations that a library adds to JAX: followed through their own implementation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import Primitive
from jax.interpreters import mlir

import backproof
from backproof.programs.jaxpr.function import run_function
from backproof.programs.run import CannotFollow

X = np.linspace(0.1, 0.9, 4)


def _added(name: str, implementation: Any, several: bool = False) -> Primitive:
    primitive = Primitive(name)
    primitive.multiple_results = several
    primitive.def_impl(implementation)
    primitive.def_abstract_eval(lambda x, **_: [x, x] if several else x)
    mlir.register_lowering(primitive, mlir.lower_fun(implementation, multiple_results=several))
    return primitive


def _waves(x: Any, *, often: float) -> list[Any]:
    return [jnp.sin(often * x), jnp.cos(often * x)]


waves_p = _added("waves", _waves, several=True)


def _ruled(sign: int) -> Any:
    @jax.custom_vjp
    def waves(x: Any) -> Any:
        return waves_p.bind(x, often=3.0)[0]

    waves.defvjp(
        lambda x: (waves(x), x),
        lambda x, dy: (sign * 3 * waves_p.bind(x, often=3.0)[1] * dy,),
    )
    return waves


def test_an_added_operation_is_what_its_implementation_does() -> None:
    """With all its results, in the forward pass and in a rule; a mistake is named."""
    right, wrong = (backproof.check_jax(_ruled(sign), X) for sign in (1, -1))
    assert right.status.name == "CORRECT", right
    assert "forward and backward followed" in str(right)
    assert (wrong.status.name, wrong.code) == ("WRONG", "BP101")


def test_what_is_no_program_of_others_is_named() -> None:
    """An implementation that needs the numbers, or that asks for the operation itself."""
    numbers_p = _added("numbers", lambda x, **_: jnp.asarray(np.sin(np.asarray(x))))
    with pytest.raises(CannotFollow, match=r"operation 'numbers': it has no exact rule, at"):
        run_function(lambda x: numbers_p.bind(x), (X,), reverse=False)
    itself_p = _added("itself", lambda x, **_: x)
    itself_p.def_impl(lambda x, **_: jax.jit(itself_p.bind)(x))
    with pytest.raises(CannotFollow, match="operation 'itself': it has no exact rule"):
        run_function(lambda x: itself_p.bind(x), (X,), reverse=False)


def test_of_operations_inside_the_inner_one_is_named() -> None:
    """The operation without a rule, once, with the line that led to it."""
    outer_p = _added("outer", lambda x, **_: lower_p.bind(x))
    lower_p = _added("lower", lambda x, **_: jnp.asarray(np.sin(np.asarray(x))))
    with pytest.raises(CannotFollow, match=r"^JAX's operation 'lower': it has no exact rule, at"):
        run_function(lambda x: outer_p.bind(x), (X,), reverse=False)
