"""What code remembers of earlier calls: a constant of its record, where others have steps."""

from collections.abc import Sequence

import numpy as np

from backproof.exact.ancestry import ancestors
from backproof.exact.precision import FLOAT32, FLOAT64
from backproof.exact.record import Step
from backproof.programs.run import Run
from backproof.verdict.decisions import ULPS


def unused(run: Run) -> list[str]:
    """The inputs that no output depends on, by the steps of a record."""
    found = {s.number for s in ancestors(run.outputs.values())}
    return [name for name, x in run.inputs.items() if x.number not in found]


def outputs_differ(run: Run, other: Run) -> bool:
    """Whether two runs have outputs that are farther apart than the order of additions tells."""
    pairs = ((y, other.outputs[n]) for n, y in run.outputs.items() if n in other.outputs)
    return any(_apart(y, z) for y, z in pairs)


def _apart(y: Step, z: Step) -> bool:
    if y.shape != z.shape:
        return True
    u = (y.precision or FLOAT64).u
    least = max(ULPS * min(u, FLOAT32.u), 2 * u)  # what is short is added up in float32
    return not np.allclose(y.value, z.value, rtol=0, atol=least * _size(y), equal_nan=True)


def _size(step: Step) -> float:
    return float(np.abs(step.value[np.isfinite(step.value)]).max(initial=0.0))


def remembered(here: Sequence[Step], there: Sequence[Step], scale: float) -> Step | None:
    """A constant among the steps of one run that another one, at a point nearby, has not, but
    computes: nearly the same numbers are the result of a step there.

    scale: how far apart the points are, relative to each element.
    """
    known = {_bytes(s) for s in there if s.primitive.name == "constant"}
    computed = [s for s in there if s.is_float and s.inputs]
    for step in here:
        kept = step.primitive.name == "constant" and step.is_float and not _is_count(step)
        if kept and _bytes(step) not in known:
            near = np.sqrt(scale) * _size(step)
            if any(_near(step, s, near) for s in computed if s.shape == step.shape):
                return step
    return None


def _is_count(step: Step) -> bool:
    """Whether a number may be how many elements there are, or nothing at all."""
    return not step.value.any() or (step.size == 1 and bool(np.all(step.value % 1 == 0)))


def _bytes(step: Step) -> tuple[tuple[int, ...], bytes]:
    return step.shape, step.value.tobytes()


def _near(step: Step, other: Step, near: float) -> bool:
    return np.allclose(step.value, other.value, rtol=0, atol=near, equal_nan=True)
