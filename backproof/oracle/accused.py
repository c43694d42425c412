"""Somebody's gradient at one point, in the terms that the oracle judges by."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from architectures import Array
from backproof.diagnosis.evidence import Run
from backproof.check.behaviour.acts import Act
from backproof.verdicts import Subject
from reference.testimony import Testimony


@dataclass(frozen=True, slots=True)
class Runs:
    """The claim's code in some arithmetic, as functions of named tensors of that arithmetic.

    loss: a number. gradient: "loss", and the gradient of each tensor by its name.
    """

    loss: Callable[[Mapping[str, Any]], Any]
    gradient: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    def value(self, at: Mapping[str, Any]) -> float:
        """The loss as a float; code may give it in an array of one element."""
        return float(np.asarray(self.loss(at)).reshape(())[()])


Tensors = Mapping[str, Array]
"""Arrays by the names of tensors."""
LARGE = 100_000
"""More elements than this are judged along directions."""

Running = Callable[[], AbstractContextManager[Runs]]
"""Opens the code for one arithmetic; what it must exchange for that is put back at the end."""


@dataclass(frozen=True, slots=True)
class Observed:
    """How the code behaved in floats, and what it returned: "loss" and each gradient by name.

    acts, suspicions, notes, left_out: as a `Conduct` has them.
    """

    acts: tuple[Act, ...]
    suspicions: tuple[Act, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    results: Mapping[str, Array]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Context:
    """What a diagnosis may ask: all arguments by name, a layer's output and cotangent, reruns."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    output: Any = None
    cotangent: Any = None
    rerun: Run | None = None
    at: Run | None = None


@dataclass(frozen=True, slots=True)
class Accused:
    """A claim at one point.

    tensors: what it is differentiated by. fixed: the cotangents of a layer, by names of their own.
    exact, short, double: its code over balls, over floats of fewer bits, and over float64.
    reference: the same forward written independently, over balls and over float64; None if none is.
    autograd: what a framework's own autograd says of the reference, in float64. narrow: "bfloat16"
    where the claim computes in that; its arrays are of float32 then.
    """

    subject: Subject
    tensors: Tensors
    fixed: Tensors
    observed: Observed
    exact: Running
    short: Running
    double: Running
    context: Context
    reference: tuple[Running, Running] | None = None
    autograd: Callable[[], Testimony] | None = None
    narrow: str = ""

    @property
    def large(self) -> bool:
        """Whether it has more elements than exact arithmetic, or each element, can be asked for."""
        return is_large(self.tensors)

    @property
    def at(self) -> dict[str, Array]:
        """Everything that the code is a function of."""
        return {**self.tensors, **self.fixed}


def is_large(tensors: Tensors) -> bool:
    """Whether tensors have more than `LARGE` elements together."""
    return sum(t.size for t in tensors.values()) > LARGE
