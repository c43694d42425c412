"""Where a claim's backward pass goes wrong: the step that, computed otherwise, makes all right.

Every step that is no true quantity is asked whether a small change of it makes the wrong gradients
the true ones, in every element, here and at a second point, and leaves the right ones right.
"""

import numpy as np

from backproof.diagnosis.effort import Effort
from backproof.diagnosis.following import Program
from backproof.diagnosis.known import Known
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.search import Search
from backproof.diagnosis.truths import Truths
from backproof.diagnosis.windows import Window


def mistakes(program: Program) -> list[Mistake]:
    """The steps at fault, as few as explain what can be explained; at most one for each tensor."""
    left, found = set(program.wrong), list[Mistake]()
    known, truths, effort = Known(program), Truths(program), Effort()
    windows: dict[int, Window] = {}
    if len(left) > 1:
        told = Search(program, known, truths, frozenset(left), effort, windows).best()
        if told is not None:
            return [told]
    for name in sorted(left, key=lambda n: _distance(program, n), reverse=True):
        if name in left:
            told = Search(program, known, truths, frozenset({name}), effort, windows).best()
            told = told or _returned(program, known, name)
            found.append(told)
            left -= set(told.tensors)
    return found


def _distance(program: Program, name: str) -> float:
    here = program.points[0]
    a, b = here[program.outputs[name].number], here[program.truth[name].number]
    size = max(np.abs(b).max(initial=0.0), np.abs(a).max(initial=0.0))
    return float(np.abs(a - b).max(initial=0.0) / size) if size else 0.0


def _returned(program: Program, known: Known, name: str) -> Mistake:
    """What is returned for a tensor, where no change of a step makes that right: another value."""
    step, here = program.outputs[name], program.points[0]
    words = f"what is returned for {name} is {known.words(step)}, and that is not its gradient"
    due = here[program.truth[name].number]
    return Mistake("unexplained", step, words, (name,), here[step.number], due, True)
