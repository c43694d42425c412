"""The way in for JAX: a function, whose gradient is what JAX's rules and its own make of it."""

from collections.abc import Mapping
from typing import Any

from backproof.checks.accepted import Accept
from backproof.checks.accepted import checked as checked_accept
from backproof.checks.claim import Claim
from backproof.checks.domains import Domain, checked, within
from backproof.checks.request import Asked, Function, callables, called
from backproof.checks.sampling import Inputs, judge_points
from backproof.programs.signature import title
from backproof.programs.state import put_back
from backproof.verdict import Verdict
from backproof.verdict.decisions import SECONDS
from backproof.verdict.witnesses import EXACT, JAX, require


def check_jax(
    function: Function,
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
    """Judge the gradient of a JAX function, its `custom_vjp` and `custom_jvp` rules included.

    Arguments and outputs are any pytrees; what holds no floats passes through undifferentiated.
    Every output is weighed by a random cotangent. 64-bit types are on if the user has turned them
    on, or an argument has one. reference: the same function, in plain JAX. The rest is as in
    `check`.

    Raises WitnessAbsent without JAX, ValueError where the arguments hold no floats or lie outside
    of their domain.
    """
    callables(function=function)
    require(JAX, EXACT)
    from backproof.checks.in_jax.claim import jax_claim

    allowed = checked_accept(accept)
    again = called("check_jax", (title(function),), "args", seed, reference, allowed)
    asked = Asked("check_jax", name or title(function), again, seed, seconds, reference)

    def claim(*point: Any) -> Claim:
        found = jax_claim(function, point, asked, dtype, _positions(argnums, len(point)))
        return within(found, checked(domain, found.tensors))

    with put_back({"function": function}):
        return judge_points(claim, args, inputs, seed, allowed)


def _positions(argnums: int | tuple[int, ...] | None, count: int) -> frozenset[int] | None:
    """The positions meant, counted from the end where they are negative."""
    if argnums is None:
        return None
    chosen = (argnums,) if isinstance(argnums, int) else argnums
    return frozenset(k % count for k in chosen)
