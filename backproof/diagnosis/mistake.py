"""A step at which a backward pass goes wrong, and what it should be."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.diagnosis.written import assignment, cited, is_borrowed
from backproof.exact.place import Place
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True)
class Mistake:
    """The step at which a backward pass goes wrong.

    slug: of a code, "unexplained" where no change is known that would be right, only the value.
    words: what should be. tensors: whose gradients it makes wrong. claimed, due: the values of the
    step as it is and as it ought to be. is_returned: whether it is a gradient itself; assigned:
    where a variable is set that stands for another value.
    """

    slug: str
    step: Step
    words: str
    tensors: tuple[str, ...]
    claimed: Any
    due: Any
    is_returned: bool = False
    assigned: Place | None = None

    def __str__(self) -> str:
        step = "what is returned" if self.is_returned else "a step of the backward pass"
        return f"{cited(self.place) or step}: {self.words}{self._numbers}"

    @property
    def is_surrogate(self) -> bool:
        """Whether a slope is given to what has none."""
        return self.slug == "straight-through"

    @property
    def place(self) -> Place | None:
        """Where it stands; what only puts elements elsewhere is read later than it is written."""
        if self.assigned is not None:
            return self.assigned
        step = self.step
        if is_borrowed(step):
            readers = (s for s in step.record.steps[step.number :] if step in s.inputs)
            places = (assignment(s.place, s.inputs.index(step)) for s in readers)
            return next((p for p in places if p), step.place)
        while step.primitive.name == "move" and self.is_returned and len(step.inputs) == 1:
            step = step.inputs[0]
        return step.place

    @property
    def _numbers(self) -> str:
        """The worst element as it is and as it should be."""
        if np.shape(self.due) != np.shape(self.claimed):
            return ""
        off = np.abs(self.due - self.claimed)
        k = np.unravel_index(int(np.argmax(off)), off.shape)
        at = f"[{', '.join(map(str, map(int, k)))}]" if off.ndim else "it"
        return f"; {at} is {self.claimed[k]:.6g} and should be {self.due[k]:.6g}"
