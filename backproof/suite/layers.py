"""Which layer is at fault: every layer, and the loss, judged alone by the same judge."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from backproof.architectures import INPUT, Array, Case, Tensors
from backproof.checks.answer import judge_claim
from backproof.checks.arguments.trees import flatten
from backproof.checks.in_numpy import layer, pair
from backproof.checks.request import Asked
from backproof.faults.claims import TARGET, Claim, seed_of, tensors_of
from backproof.suite.terms import SECONDS
from backproof.verdict import FAULTY, Verdict

SIZES = (1.0, 2.0**30, 2.0**-30)
"""Cotangents are tried in these sizes: what clips is found by large ones alone."""
DZ = "dz"
"""The gradient of a loss."""


@dataclass(frozen=True, slots=True)
class FaultyLayer:
    """A layer that is not right by itself: "layer 2 (Dense)", its tensors, and its verdict; of one
    that does not run there is none, and `note` says how it ends.
    """

    where: str
    tensors: tuple[str, ...]
    verdict: Verdict | None = None
    note: str = ""

    @property
    def culprits(self) -> list[str]:
        """A line for each tensor: "layer 2 (Dense): W"."""
        return [f"{self.where}: {name}" for name in self.tensors]


@np.errstate(all="ignore")
def faulty_layers(case: Case, claim: Claim) -> list[FaultyLayer]:
    """The layers of a claim that are wrong, broken or imprecise at the point where the case puts
    them, and the loss if it is.
    """
    at, seed = tensors_of(case), seed_of(case)
    a, found = at[INPUT], []
    for j, (spec, _, names) in enumerate(claim.network.shapes()):
        where = f"layer {j} ({type(spec).__name__})"
        p = {name.removeprefix(f"{j}."): at[name] for name in names}
        rule = partial(claim.rules[type(spec)], spec)
        found += _alone(where, rule, p, a, seed + j)
        try:
            a = rule({name: t.copy() for name, t in p.items()}, a.copy())[0]
        except Exception as error:  # somebody's code may raise anything
            return [*found, FaultyLayer(where, (), note=f"raises {type(error).__name__}: {error}")]
    return [*found, *_loss_alone(claim, a, at[TARGET], seed)]


def _alone(
    where: str, rule: Callable[..., Any], p: Tensors, x: Array, seed: int
) -> list[FaultyLayer]:
    names = (INPUT, *p)

    def forward(size: float, x: Any, *given: Any) -> Any:
        y, pullback = rule(dict(zip(names[1:], given, strict=True)), x)
        return size * y, pullback

    def backward(size: float, dy: Any, pullback: Any) -> dict[str, Any]:
        dx, dp = pullback(size * dy)
        return {INPUT: dx, **{name: dp.get(name) for name in p}}

    arguments = flatten((x, *p.values()), names)
    asked = Asked("layer", where, "", seed, SECONDS)
    for size in SIZES:
        ways = partial(forward, size), partial(backward, size)
        verdict = judge_claim(layer(*ways, arguments, asked), seed)
        if verdict.status in FAULTY:
            return [FaultyLayer(where, _named(verdict, names), verdict)]
    return []


def _loss_alone(claim: Claim, z: Array, target: Array, seed: int) -> list[FaultyLayer]:
    spec = claim.network.loss
    rule = partial(claim.loss_rules[type(spec)], spec)

    def loss(z: Any, t: Any) -> Any:
        return rule(z, t)[0]

    def gradient(z: Any, t: Any) -> Any:
        return rule(z, t)[1](1.0)

    where = f"loss ({type(spec).__name__})"
    arguments = flatten((z, target), (DZ, TARGET), [0])
    asked = Asked("loss", where, "", seed, SECONDS)
    verdict = judge_claim(pair(loss, gradient, arguments, asked), seed)
    if verdict.status not in FAULTY:
        return []
    return [FaultyLayer(where, _named(verdict, (DZ,)), verdict)]


def _named(verdict: Verdict, names: tuple[str, ...]) -> tuple[str, ...]:
    """The tensors that are not right; all of them, where what is wrong is the layer's behaviour."""
    found = dict.fromkeys(f.tensor for f in verdict.findings if f.status in FAULTY)
    named = tuple(name for name in names if name in found)
    return named or names
