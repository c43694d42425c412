"""Gradients of another function, on purpose: a declared cut, a straight-through rounding, a slope
given to a step.

The truth is that of the function as it computes. Where a claim is exactly the gradient of the same
code with its declared cuts held constant, or with its roundings taken for the identity, that is the
diagnosis, and `accept=` takes it by its code. So it is where nothing but decisions, which have no
slope, leads from a tensor to the value: whatever passes there is a surrogate.
"""

from collections.abc import Sequence
from dataclasses import replace

from backproof.checks.judgement import Judgement, finding, plain
from backproof.checks.measured import Measured, Tensor
from backproof.exact.ancestry import ancestors
from backproof.exact.evaluate import over_balls
from backproof.exact.primitive import CONSTANT
from backproof.exact.primitives.elementwise import cut
from backproof.exact.record import Step
from backproof.exact.reverse import gradients_or_zeros

WHOLE = ("rint", "floor", "ceil", "trunc")
ROUNDINGS = (*WHOLE, "sign")
CODES = {"cut": "BP123", "straight-through": "BP125"}


def declared(measured: Measured) -> Judgement | None:
    """What is to be said of a claim that declares such a thing; None where it does not."""
    steps = ancestors(list(measured.run.outputs.values()))
    cuts = [s for s in steps if s.primitive is cut]
    rounded = [s for s in steps if s.primitive.name in ROUNDINGS and s.inputs[0].is_float]
    whole = [s for s in rounded if s.primitive.name in WHOLE]
    ways = [("cut", cuts, []), ("straight-through", cuts, rounded)]
    if len(whole) < len(rounded):  # the sign of what is rounded by its size
        ways.append(("straight-through", cuts, whole))
    for name, flat, through in ways:
        if (flat if name == "cut" else through) and _explains(measured, flat, through):
            findings = [finding(t, plain(t)) for t in measured.tensors.values()]
            detail = _said(name, flat if name == "cut" else through)
            return Judgement(findings, code=CODES[name], detail=detail)
    return None


def surrogate(measured: Measured, deviations: Sequence[Tensor]) -> Judgement | None:
    """What is to be said where nothing but decisions leads from the wrong tensors to the value."""
    decisions = measured.decisions
    if not decisions or any(t.step.primitive is not CONSTANT for t in deviations):
        return None
    findings = [finding(t, plain(t)) for t in measured.tensors.values()]
    names = ", ".join(t.name for t in deviations)
    steps = ", ".join(dict.fromkeys(s.named for s in decisions))
    detail = f"{names}: only {steps} leads to the value, without a slope; a surrogate's is claimed"
    return Judgement(findings, code=CODES["straight-through"], detail=detail)


def _explains(measured: Measured, flat: list[Step], through: list[Step]) -> bool:
    """Whether every tensor is right against the gradient of that other function."""
    run, names = measured.run, list(measured.tensors)
    seeds = run.seeds
    numbers = [s.number for s in flat], [s.number for s in through]
    steps = gradients_or_zeros(seeds, [run.inputs[n] for n in names], True, *numbers)
    values = over_balls(steps, measured.bits, decided=measured.decided)
    return all(
        _right(replace(measured.tensors[n], true=v)) for n, v in zip(names, values, strict=True)
    )


def _right(tensor: Tensor) -> bool:
    return tensor.claimed is not None and not tensor.off.any()


def _said(name: str, steps: list[Step]) -> str:
    places = dict.fromkeys(str(s.place) for s in steps if s.place)
    at = f" at {', '.join(places)}" if places else ""
    if name == "cut":
        return f"right but for what the code declares to be constant{at}"
    return f"right if rounding{at} is taken for the identity: a straight-through gradient"
