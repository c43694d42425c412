"""Arguments that may not lie anywhere: positive ones, probabilities, what keeps its distance."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from architectures import Array
from backproof.oracle.accused import Accused, Running, Runs, Tensors
from reference.testimony import LOSS, Testimony


@dataclass(frozen=True, slots=True)
class AwayFrom:
    """Every element is further than `margin` from `point`, and stays on its side of it."""

    point: float
    margin: float = 0.0


Domain = str | AwayFrom
SUMS = 1e-6
"""By so much the sum of a row of probabilities may differ from 1."""


def away_from(point: float, margin: float = 0.0) -> AwayFrom:
    """The domain of arguments that must keep away from a point: a pole, a kink, a branch cut."""
    return AwayFrom(point, margin)


def checked(domain: Mapping[str, Domain] | Domain | None, tensors: Tensors) -> dict[str, Domain]:
    """The domain of each tensor that has one.

    domain: "positive", "simplex" (rows of probabilities along the last axis) or `away_from(c)`, for
    all tensors or by name. Raises ValueError where a name is none, or the point lies outside.
    """
    named = dict.fromkeys(tensors, domain) if isinstance(domain, str | AwayFrom) else domain or {}
    for name, kind in named.items():
        if name not in tensors:
            raise ValueError(f"domain names {name!r}; the tensors are {', '.join(tensors)}")
        if not isinstance(kind, AwayFrom) and kind not in ("positive", "simplex"):
            raise ValueError(
                f"domain of {name} is {kind!r}: say 'positive', 'simplex' or away_from(c)"
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
        return bool((x >= 0).all() and (np.abs(x.sum(axis=-1) - 1) <= SUMS).all())
    return positive


def within(accused: Accused, domains: Mapping[str, Domain]) -> Accused:
    """The same claim, of arguments that cannot leave their domains.

    Probabilities are reached through x / sum(x), along whose rows a gradient counts only up to a
    constant: g - <g, p>, for the claim and for the truth alike. Outside of a domain the loss is
    NaN in floats; balls never step that far.
    """
    rows = [name for name, kind in domains.items() if kind == "simplex"]
    if not domains:
        return accused
    observed = accused.observed
    results = _pulled(rows, accused.tensors, observed.results)
    starts, reference = accused.tensors, accused.reference
    return replace(
        accused,
        observed=replace(observed, results=results),
        exact=partial(_projected, accused.exact, rows),
        short=partial(_projected, accused.short, rows),
        double=partial(_fenced, partial(_projected, accused.double, rows), domains, starts),
        reference=reference
        and (partial(_projected, reference[0], rows), partial(_projected, reference[1], rows)),
        autograd=accused.autograd and partial(_testimony, accused.autograd, rows, accused.tensors),
    )


def _testimony(autograd: Callable[[], Testimony], rows: list[str], at: Tensors) -> Testimony:
    testimony = autograd()
    return replace(testimony, tensors=_pulled(rows, at, testimony.tensors))


@contextmanager
def _projected(running: Running, rows: list[str]) -> Iterator[Runs]:
    with running() as runs:

        def loss(at: Mapping[str, Any]) -> Any:
            return runs.loss(_normalised(rows, at))

        def gradient(at: Mapping[str, Any]) -> Mapping[str, Any]:
            return _pulled(rows, at, runs.gradient(_normalised(rows, at)))

        yield Runs(loss, gradient)


@contextmanager
def _fenced(running: Running, domains: Mapping[str, Domain], starts: Tensors) -> Iterator[Runs]:
    with running() as runs:

        def loss(at: Mapping[str, Any]) -> Any:
            kept = all(inside(kind, at[name], starts[name]) for name, kind in domains.items())
            return runs.loss(at) if kept else np.nan

        yield Runs(loss, runs.gradient)


def _normalised(rows: list[str], at: Mapping[str, Any]) -> dict[str, Any]:
    sums = {name: at[name].sum(axis=-1, keepdims=True) for name in rows}
    return {**at, **{name: at[name] / total for name, total in sums.items()}}


def _pulled(rows: list[str], at: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The gradient by x, where p = x / s: (g - <g, p>) / s along each row."""
    pulled = dict(found)
    for name in rows:
        if name in found and name != LOSS:
            s = at[name].sum(axis=-1, keepdims=True)
            g, p = found[name], at[name] / s
            pulled[name] = (g - (g * p).sum(axis=-1, keepdims=True)) / s
    return pulled
