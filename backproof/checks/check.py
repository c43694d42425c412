"""The ways in for NumPy: a loss with its gradient, and a layer's forward with its backward."""

from collections.abc import Callable, Mapping
from typing import Any

from backproof.checks.accepted import Accept
from backproof.checks.accepted import checked as checked_accept
from backproof.checks.arguments.trees import Arguments, flatten
from backproof.checks.claim import Claim
from backproof.checks.domains import Domain, checked, within
from backproof.checks.in_numpy import layer, pair
from backproof.checks.request import Asked, Function, callables, called
from backproof.checks.sampling import Inputs, judge_points
from backproof.programs.signature import argument_names, title
from backproof.verdict import Verdict
from backproof.verdict.decisions import SECONDS
from backproof.verdict.finding import LOSS


def check(
    loss: Function,
    gradient: Function,
    *args: Any,
    reference: Function | None = None,
    name: str | None = None,
    seed: int = 0,
    dtype: Any = None,
    domain: Mapping[str, Domain] | Domain | None = None,
    argnums: int | tuple[int, ...] | None = None,
    inputs: Inputs | None = None,
    seconds: float = SECONDS,
    accept: Accept | None = None,
) -> Verdict:
    """Judge the gradient of a loss.

    loss(*args) is a number. gradient(*args) returns one structure like the argument, or a tuple of
    them when there are several; arguments are arrays or nested dicts, lists and tuples of arrays,
    and what holds no floats passes through undifferentiated. reference: the same loss, written
    independently. dtype: the floats are cast to it first. domain: "positive", "simplex" or
    `away_from(c)`, for all tensors or by name. argnums: the arguments to differentiate by. inputs:
    in the place of args, a function of a seed that returns them, or a Hypothesis strategy of them;
    many points are judged then, and the worst one is shown as small as it can be made.

    Raises ValueError where the arguments hold no floats or lie outside of their domain.
    """
    callables(loss=loss, gradient=gradient)
    allowed = checked_accept(accept)

    def claim(*point: Any) -> Claim:
        known = name or title(gradient)
        both = (title(loss), title(gradient))
        again = called("check", both, "args", seed, reference, allowed)
        asked = Asked("check", known, again, seed, seconds, reference)
        arguments = _arguments(loss, point, dtype, argnums)
        kept = checked(domain, arguments.tensors)
        return within(pair(loss, gradient, arguments, asked), kept)

    code = {"loss": loss, "gradient": gradient, "reference": reference}
    return judge_points(claim, args, inputs, seed, allowed, code)


def check_layer(
    forward: Function,
    backward: Function | None,
    *inputs_: Any,
    reference: Function | None = None,
    name: str | None = None,
    seed: int = 0,
    dtype: Any = None,
    domain: Mapping[str, Domain] | Domain | None = None,
    argnums: int | tuple[int, ...] | None = None,
    inputs: Inputs | None = None,
    seconds: float = SECONDS,
    accept: Accept | None = None,
) -> Verdict:
    """Judge the backward pass of a layer, under random cotangents.

    y, cache = forward(*inputs) and backward(dy, cache) returns the gradients of the inputs; or
    y, pullback = forward(*inputs), with None for backward. y may be a tuple of arrays. The rest is
    as in `check`; reference returns y alone.
    """
    callables(forward=forward, **({} if backward is None else {"backward": backward}))
    allowed = checked_accept(accept)

    def claim(*point: Any) -> Claim:
        known = name or title(backward or forward)
        passes = (title(forward), title(backward))
        again = called("check_layer", passes, "inputs", seed, reference, allowed)
        asked = Asked("check_layer", known, again, seed, seconds, reference)
        arguments = _arguments(forward, point, dtype, argnums)
        kept = checked(domain, arguments.tensors)
        return within(layer(forward, backward, arguments, asked), kept)

    code = {"forward": forward, "backward": backward, "reference": reference}
    return judge_points(claim, inputs_, inputs, seed, allowed, code)


def _arguments(
    function: Callable[..., Any], values: tuple[Any, ...], dtype: Any, argnums: Any
) -> Arguments:
    """Taken apart, by names that are not the loss's."""
    names = [f"{n}_" if n == LOSS else n for n in argument_names(function, len(values))]
    arguments = flatten(values, names, argnums)
    return arguments if dtype is None else arguments.cast(dtype)
