"""What is wrong before any number is compared: a shape, NaN; and what it still tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from backproof.diagnosis.axes import AXES, reductions, summands
from backproof.diagnosis.calls import other_dtype
from backproof.diagnosis.deviation import Deviation, answer, as_floats
from backproof.diagnosis.evidence import Diagnosis, Evidence, Floats


def misfits(evidence: Evidence) -> Iterator[Diagnosis]:
    """The tensors whose claimed gradient is no array of finite numbers of their shape."""
    for name, true in evidence.true.items():
        claimed, shape = as_floats(evidence.claimed.get(name)), np.shape(true)
        if claimed is not None and claimed.shape != shape:
            slug, words = _wrong_shape(Fitting(evidence, name), claimed, np.asarray(true, float))
            yield Diagnosis(slug, (name,), f"{name}: shape {claimed.shape} for {shape}; {words}")
        elif claimed is not None and not np.isfinite(claimed).all() and np.isfinite(true).all():
            slug, words = _not_finite(evidence, name)
            lost = int((~np.isfinite(claimed)).sum())
            yield Diagnosis(slug, (name,), f"{name}: {lost} elements {words}")


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """What fits one tensor: arrays that are the same to its rounding, and not all zero."""

    evidence: Evidence
    name: str

    def same(self, a: Floats, b: Floats) -> bool:
        """Whether an array is another one to rounding."""
        if a.shape != b.shape or not b.any():
            return False
        unit = self.evidence.unit.get(self.name)
        return not Deviation(self.name, a, b, unit, self.evidence).wrong.any()


def _wrong_shape(fitting: Fitting, claimed: Floats, true: Floats) -> tuple[str, str]:
    same = fitting.same
    if 1 < true.ndim <= AXES and any(
        same(claimed, true.transpose(order)) for order in permutations(range(true.ndim))
    ):
        return "transposed", "the right numbers with their axes in another order"
    if claimed.size == true.size and same(claimed.reshape(true.shape), true):
        return "wrong-shape", "the numbers are right"
    for how, axes, total in reductions(claimed) if claimed.ndim <= AXES else ():
        if total.size == true.size and same(total.reshape(true.shape), true):
            return "not-reduced", f"its {how} over axis {axes} is right"
    for label, array in summands(fitting.evidence):
        for how, axes, total in reductions(array) if array.ndim <= AXES else ():
            if total.size == claimed.size and same(claimed, total.reshape(claimed.shape)):
                return "wrong-axis", f"this is the {how} of {label} over axis {axes}"
    return "wrong-shape", "and the numbers are not the true ones in another order"


def _not_finite(evidence: Evidence, name: str) -> tuple[str, str]:
    here: Any = other_dtype(evidence.inputs)
    finer = here is not None and here[1] < 1  # in a coarser one other numbers may be equal
    again = as_floats(answer(evidence.at, here[2]).get(name)) if finer else None
    if again is not None and np.isfinite(again).all():
        return "one-dtype", f"are infinite or NaN here, and none where the inputs are {here[0]}"
    return "not-finite", "are infinite or NaN, and the truth is finite"
