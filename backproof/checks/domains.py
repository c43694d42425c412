"""Arguments that may not lie anywhere: positive ones, probabilities, what keeps its distance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.checks.claim import Claim, Tensors
from backproof.exact.precision import FLOAT64, Array, precision_of
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.exact.scans import transposed
from backproof.verdict.decisions import LIMIT


@dataclass(frozen=True, slots=True)
class AwayFrom:
    """Every element is further than `margin` from `point`, and stays on its side of it."""

    point: float
    margin: float = 0.0


Domain = str | AwayFrom
NAMED = ("positive", "simplex", "symmetric")
TYPED = 1e-6
"""By so much the sum of a row of probabilities that somebody typed may differ from 1."""


def away_from(point: float, margin: float = 0.0) -> AwayFrom:
    """The domain of arguments that must keep away from a point: a pole, a kink, a branch cut."""
    return AwayFrom(point, margin)


def checked(domain: Mapping[str, Domain] | Domain | None, tensors: Tensors) -> dict[str, Domain]:
    """The domain of each tensor that has one.

    domain: "positive", "simplex" (rows of probabilities along the last axis), "symmetric" (matrices
    along the last two) or `away_from(c)`, for all tensors or by name. Raises ValueError where a
    name is none, or the point lies outside.
    """
    named = dict.fromkeys(tensors, domain) if isinstance(domain, str | AwayFrom) else domain or {}
    for name, kind in named.items():
        if name not in tensors:
            raise ValueError(f"domain names {name!r}; the tensors are {', '.join(tensors)}")
        if not isinstance(kind, AwayFrom) and kind not in NAMED:
            raise ValueError(
                f"domain of {name} is {kind!r}: say 'positive', 'simplex', 'symmetric' or "
                "away_from(c)"
            )
        if not inside(kind, tensors[name], tensors[name]):
            raise ValueError(f"{name} lies outside of its own domain, {kind}")
    return dict(named)


def inside(kind: Domain, x: Array, start: Array) -> bool:
    """Whether x lies in a domain, on the same side of a forbidden point as `start` does."""
    if isinstance(kind, AwayFrom):
        far = np.abs(x - kind.point) > kind.margin
        return bool((far & (np.sign(x - kind.point) == np.sign(start - kind.point))).all())
    positive = bool((x > 0).all())
    if kind == "simplex" and x is start:
        precision, sums = precision_of(x.dtype) or FLOAT64, x.astype(np.float64).sum(axis=-1)
        off = max(TYPED, LIMIT * precision.u)
        return bool((x >= 0).all() and (np.abs(sums - 1) <= off).all())
    return positive


def within(claim: Claim, domains: Mapping[str, Domain]) -> Claim:
    """The same claim, of arguments that cannot leave their domains.

    Probabilities are reached through x / sum(x), along whose rows a gradient counts only up to a
    constant, and symmetric matrices through (x + x') / 2, where only the symmetric part of it
    counts: for the claim and for the truth alike. Outside of a domain the loss is NaN in floats.
    """
    if not domains:
        return claim
    projections = {n: PROJECTIONS[kind] for n, kind in domains.items() if kind in PROJECTIONS}
    observed = claim.observed
    results = {
        n: projections[n](g, claim.tensors[n]) if n in projections else g
        for n, g in observed.results.items()
    }
    starts, runs = claim.tensors, claim.runs

    def loss(at: Mapping[str, Any]) -> Any:
        kept = all(
            inside(kind, at[n], starts[n]) for n, kind in domains.items() if n not in projections
        )
        return (
            runs.loss({**at, **{n: reached(domains[n], at[n]) for n in projections}})
            if kept
            else np.nan
        )

    return replace(
        claim,
        observed=replace(observed, results=results),
        runs=replace(runs, loss=loss),
        projections=projections,
    )


def reached(kind: Domain, x: Array) -> Array:
    """The point of a domain that numbers stand for."""
    if kind == "simplex":
        return x / x.sum(axis=-1, keepdims=True)
    return (x + np.swapaxes(x, -1, -2)) / 2


def _along_rows(g: Any, x: Any) -> Any:
    """The gradient by x, where p = x / s: (g - <g, p>) / s along each row."""
    s = _rows(x)
    return (g - _rows(g * (x / s))) / s


def _rows(x: Any) -> Any:
    return summed(x, -1, keepdims=True) if isinstance(x, Step) else x.sum(axis=-1, keepdims=True)


def _symmetric_part(g: Any, x: Any) -> Any:
    return (g + (transposed(g) if isinstance(g, Step) else np.swapaxes(g, -1, -2))) / 2


PROJECTIONS = {"simplex": _along_rows, "symmetric": _symmetric_part}
"""By the name of a domain that has fewer dimensions than its numbers: what of a gradient counts,
in arrays or in steps.
"""
