"""The true gradient of a function, or of one of our random networks."""

from collections.abc import Callable, Sequence
from typing import Any

from backproof.architectures import Case
from backproof.checks import truth
from backproof.checks.truth import TrueGradient
from backproof.faults.claims import Claim
from backproof.suite.terms import asked


def gradient(
    loss: Callable[..., Any] | Case,
    *args: Any,
    argnums: int | Sequence[int] | None = None,
    digits: int | None = None,
    seed: int = 0,
) -> TrueGradient:
    """The gradient of loss(*args), one number, by every array of floats among the arguments.

    loss: in NumPy, or in torch or JAX where an argument is of these; or a case, whose loss is
    `manual`'s. argnums: the arguments to differentiate by. digits: so many are told of every
    element. At a tie it is the gradient of the branch that the run took. Raises `CannotFollow` with
    the step that has no exact rule, ValueError where there is no loss or nothing to differentiate
    by.
    """
    if isinstance(loss, Case):
        given = asked(Claim(loss.network), loss)
        return truth.of_arguments(given.loss, given.arguments, digits, seed)
    return truth.gradient(loss, *args, argnums=argnums, digits=digits, seed=seed)
