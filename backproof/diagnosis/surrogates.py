"""Slopes that a claim gives to what only decides, beside smooth paths that it follows rightly."""

from dataclasses import replace

import numpy as np

from backproof.diagnosis.following import ALIKE, Program, apart
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.written import cited
from backproof.exact.ancestry import ancestors
from backproof.exact.record import Step

TOO_MUCH = ("counted-twice", "factor")


def as_surrogate(program: Program, mistake: Mistake) -> Mistake:
    """A mistake by its name where what is too much is a slope of a decision's result: made of the
    true adjoint of that, and right if it is 0; else the mistake as it was.
    """
    if mistake.slug not in TOO_MUCH or np.shape(mistake.due) != np.shape(mistake.claimed):
        return mistake
    whole = np.abs(mistake.claimed).max(initial=0.0)
    if mistake.slug == "factor" and np.abs(mistake.due).max(initial=0.0) > ALIKE * whole:
        return mistake
    shape, made_of = np.shape(mistake.claimed), ancestors([mistake.step])
    for step in program.forward:
        if step.shape == shape and _leaps(step) and _is_passed(program, step, made_of):
            words = f"{cited(step.place) or step.named} only decides and has no slope, and one is"
            return replace(mistake, slug="straight-through", words=f"{words} given to it")
    return mistake


def _leaps(step: Step) -> bool:
    """Whether a step is made of a decision, and of nothing else that moves."""
    if step.primitive.decides:
        return step.is_float
    constants = [x.primitive.name == "constant" for x in step.inputs if x.is_float]
    return step.is_float and len(constants) < len(step.inputs) and all(constants)


def _is_passed(program: Program, step: Step, made_of: list[Step]) -> bool:
    """Whether a claim reads a step's true adjoint, or there is nothing to read."""
    adjoint, here = program.adjoints.get(step.number), program.points[0]
    if adjoint is None or not here[adjoint.number].any():
        return False
    due = here[adjoint.number]
    alike = (s for s in made_of if s.shape == step.shape and s.number in here)
    return not np.ptp(due) or any(apart(here[s.number], due) <= program.near for s in alike)
