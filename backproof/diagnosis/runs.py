"""A recorded run as a program whose backward pass can be changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backproof.diagnosis.following import Program, Values
from backproof.exact.evaluate import ancestors, over_floats
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.programs.run import Run

ASIDE = 2.0**-5
"""The part by which inputs are moved for the second point."""
MOST, MOST_NUMBERS = 4000, 2_000_000
"""A claim of more steps, or of more numbers, is not run again with changes."""


def program(run: Run) -> Program | None:
    """The backward pass of a run; None where it was not followed, is too long or no floats."""
    outputs = {
        n: s for n, s in run.claimed.items() if s is not None and s.shape == run.inputs[n].shape
    }
    if not outputs or any(s.is_complex for s in [*outputs.values(), *run.outputs.values()]):
        return None
    forward = ancestors(list(run.outputs.values()))
    given = {s.number for s in [*forward, *run.cotangents.values(), *run.inputs.values()]}
    claim = [s for s in ancestors(outputs.values()) if s.number not in given]
    numbers = sum(s.size for s in [*claim, *forward])
    if len(claim) + len(forward) > MOST or numbers > MOST_NUMBERS:
        return None
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    floats = [s for s in dict.fromkeys([*run.inputs.values(), *forward]) if s.is_float]
    before = len(run.record.steps)
    adjoints = {
        x.number: g for x, g in zip(floats, gradients(seeds, floats), strict=True) if g is not None
    }
    truth = {
        n: adjoints.get(run.inputs[n].number) or run.record.constant(0 * run.inputs[n].value)
        for n in outputs
    }
    reverse = run.record.steps[before:]
    every = [
        *dict.fromkeys([*run.inputs.values(), *run.cotangents.values(), *forward, *claim, *reverse])
    ]
    points = [_point(every, {}, {}), _aside(run, every)]
    given_steps = [*run.inputs.values(), *run.cotangents.values()]
    names = {s.number: n for n, s in run.inputs.items()}
    names |= {s.number: f"d{n}" for n, s in run.cotangents.items()}
    dys = list(run.cotangents.values())
    found = Program(
        forward, claim, outputs, truth, adjoints, reverse, points, given_steps, dys, names
    )
    finite = all(
        np.isfinite(points[0][s.number]).all() for s in [*outputs.values(), *truth.values()]
    )
    return found if finite else None


def _point(every: Sequence[Step], at: Mapping[str, Any], decided: Mapping[int, Any]) -> Values:
    values = over_floats(every, at, decided)
    return {s.number: v for s, v in zip(every, values, strict=True)}


def _aside(run: Run, every: Sequence[Step]) -> Values:
    """Inputs a few percent off, and other cotangents; decisions as the run took them."""
    random = np.random.default_rng(1)
    at = {
        n: s.value * (1 + ASIDE * random.uniform(-1, 1, s.shape))
        for n, s in run.inputs.items()
        if s.is_float
    }
    decided = {
        s.number: s.value * random.uniform(0.5, 2, s.shape) * random.choice([-1.0, 1.0], s.shape)
        for s in run.cotangents.values()
    }
    return _point(every, at, decided)
