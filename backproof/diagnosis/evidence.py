"""What a diagnosis is made from, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from backproof.diagnosis.codes import COLUMNS, code_of

if TYPE_CHECKING:
    from backproof.diagnosis.way_back import WayBack

Floats = npt.NDArray[np.float64]
Arrays = Mapping[str, Any]
Run = Callable[[Any], Arrays]
"""A cotangent, or inputs by name, to gradients by name; it may raise, which counts as no answer."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a diagnosis may ask: all arguments by name, a layer's output and cotangent, reruns.

    rerun: the claim's gradients at another cotangent; at: at other inputs.
    """

    inputs: Arrays = field(default_factory=dict)
    output: Any = None
    cotangent: Any = None
    rerun: Run | None = None
    at: Run | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that is known of a gradient and of the truth, in plain NumPy, by the names of tensors.

    claimed: the gradient on trial; a wrong shape may stand in it. true: the true values.
    unit: the error that rounding makes in a tensor. bad: the elements that are not right. inputs:
    all arguments, integers, masks and numbers among them. output, cotangent: those of a layer.
    exact_claimed: what the claim's own code computes without rounding. rerun, true_rerun: the
    claim and the truth at another cotangent; at, true_at: at other inputs. way_back: reverse mode,
    as it can be run with a change. What is unknown is left out.
    """

    claimed: Arrays
    true: Mapping[str, Floats]
    unit: Mapping[str, float] = field(default_factory=dict)
    bad: Arrays = field(default_factory=dict)
    inputs: Arrays = field(default_factory=dict)
    output: Any = None
    cotangent: Any = None
    exact_claimed: Arrays | None = None
    rerun: Run | None = None
    at: Run | None = None
    true_rerun: Run | None = None
    true_at: Run | None = None
    way_back: "WayBack | None" = None

    @property
    def numbers(self) -> dict[str, Floats]:
        """The inputs that are arrays of floats or truth values, as float64."""
        arrays = {name: np.asarray(x) for name, x in self.inputs.items()}
        return {
            n: x.astype(np.float64) for n, x in arrays.items() if x.ndim and x.dtype.kind in "fb"
        }

    @property
    def scalars(self) -> dict[str, float]:
        """The inputs that are single numbers: temperatures, rates, strengths."""
        arrays = {name: np.asarray(x) for name, x in self.inputs.items()}
        return {n: float(x) for n, x in arrays.items() if x.ndim == 0 and x.dtype.kind in "fiu"}

    @property
    def dy(self) -> Floats | None:
        """The cotangent as float64, if there is one."""
        return None if self.cotangent is None else np.asarray(self.cotangent, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, in words.

    tensors: the tensors that this explains. detail: one sentence with the numbers in it. pattern:
    where the error sits, if nothing explains it. others: what is wrong with tensors that this does
    not explain. step: at which step the backward pass goes wrong, with its line and what it should
    be.
    """

    slug: str
    tensors: tuple[str, ...]
    detail: str
    pattern: str = ""
    others: tuple["Diagnosis", ...] = ()
    step: str = ""

    @property
    def code(self) -> str:
        """The code: "BP101"."""
        return code_of(self.slug).code

    @property
    def title(self) -> str:
        """The code's title."""
        return code_of(self.slug).title

    def __str__(self) -> str:
        """The diagnosis for a terminal of 80 columns."""
        first = f"{self.code} [{self.slug}] {self.title}: {self.detail}"
        lines = [first, self.step, self.pattern, self.rest]
        shown = [fill(line, COLUMNS, subsequent_indent="    ") for line in lines if line]
        return "\n".join(shown)

    @property
    def rest(self) -> str:
        """What the other tensors have, in one sentence."""
        told = [
            f"{', '.join(o.tensors)}: {o.code} {o.title}, {o.step or o.detail}" for o in self.others
        ]
        return f"The rest: {'; '.join(told)}" if told else ""
