"""Somebody's gradient at one point, in the terms that the judge asks in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backproof.checks.behaviour.notebook import Observed as Observed
from backproof.diagnosis.evidence import Context as Context  # whoever makes a claim gives it one
from backproof.exact.precision import Array
from backproof.programs.complete import Plain
from backproof.programs.run import Run
from backproof.verdict import Subject

Tensors = Mapping[str, Array]
"""Arrays by the names of tensors."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The author's own code on the author's own objects, nothing of it touched, of named arrays.

    loss: a number. gradient: the gradient of each tensor by its name. many: opens the loss for many
    calls in float64, where that has a cost of its own. plain: the outputs and the gradients of one
    run, None where it fails; afterwards all is as it was. double: the loss where the inputs are
    float64, if `loss` takes them in their own dtypes.
    """

    loss: Callable[[Tensors], Any]
    gradient: Callable[[Tensors], Mapping[str, Any]]
    many: Callable[[], AbstractContextManager[Callable[[Tensors], float]]] | None = None
    plain: Plain | None = None
    double: Callable[[Tensors], Any] | None = None

    def opened(self) -> AbstractContextManager[Callable[[Tensors], float]]:
        """The loss as a float, for many calls."""
        return nullcontext(self.value) if self.many is None else self.many()

    def value(self, at: Tensors) -> float:
        """The loss as a float; code may give it in an array of one element."""
        return float(np.asarray(self.loss(at)).reshape(())[()])


@dataclass(frozen=True, slots=True)
class Reference:
    """The same forward pass, written independently.

    record: a recorded run of it, its backward left alone. runs: the code itself.
    """

    record: Callable[[Tensors], Run]
    runs: Runs


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim at one point.

    tensors: what it is differentiated by, in its own formats; fixed: the cotangents of a layer.
    dtypes: of the tensors, by name, where an array of NumPy cannot say it (bfloat16). record: a
    recorded run at some tensors; raises `CannotFollow`. runs: the code itself. pure: whether a
    record of it cannot miss anything, as a jaxpr cannot. projections: what of a gradient counts,
    where a tensor has fewer dimensions than numbers. further: the recorded run with
    loops that go on for so many times as many turns.
    """

    subject: Subject
    tensors: Tensors
    fixed: Tensors
    dtypes: Mapping[str, Any]
    observed: Observed
    record: Callable[[Tensors], Run]
    runs: Runs
    context: Context
    reference: Reference | None = None
    pure: bool = False
    projections: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
    further: Callable[[int], Run] | None = None

    @property
    def at(self) -> dict[str, Array]:
        """Everything that the code is a function of."""
        return {**self.tensors, **self.fixed}

    @property
    def size(self) -> int:
        """How many elements the gradient has."""
        return sum(t.size for t in self.tensors.values())
