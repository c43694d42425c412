"""One tensor as one witness sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from textwrap import fill
from typing import Any

from backproof.verdict.status import Status

COLUMNS = 80
LOSS, OUTPUT = "loss", "y"
"""The name of the value itself among the tensors, and that of what a forward pass returns."""


def wrapped(line: str) -> str:
    """A line for a terminal, broken at 80 columns, what follows set in."""
    return fill(line, COLUMNS, subsequent_indent="    ", break_long_words=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One tensor of one case as one witness sees it.

    worst: the index of the element that is furthest off; claimed and true: its two values, true as
    the witness has it; error_ratio: the largest error of the tensor in units of what rounding makes
    here (for finite differences, of their own error estimate); order: the Taylor order (exact
    alone): 2 or more where the formula is right, 1 where it is wrong. outvoted: whether stronger
    witnesses confirm what this one contradicts, so that it decides nothing. off, of: how many
    elements are beyond rounding, of how many that were looked at, where they were counted.
    """

    tensor: str
    witness: str
    status: Status
    worst: tuple[int, ...] = ()
    claimed: float | None = None
    true: float | None = None
    error_ratio: float | None = None
    order: float | None = None
    note: str = ""
    outvoted: bool = False
    off: int | None = None
    of: int | None = None

    @property
    def excess(self) -> float | None:
        """The error ratio, by its former name."""
        return self.error_ratio

    def __str__(self) -> str:
        """The finding in lines of at most 80 columns."""
        parts = []
        if not self.status:
            parts += [f"{self.off} of {self.of} elements off"] if self.off else []
            known = self.order is not None and isfinite(self.order)
            parts += [f"Taylor order {self.order:.3f}"] if known else []
        parts = (
            [] if self.error_ratio is None else [f"error ratio {self.error_ratio:.3g}"]
        ) + parts
        where = f"{self.tensor}{list(self.worst) if self.worst else ''}"
        lines = [wrapped(f"{self.status} by {self.witness}: {where}  {', '.join(parts)}".rstrip())]
        if self.claimed is not None and self.true is not None:
            lines.append(f"    claimed {self.claimed:.17g}, true {self.true:.17g}")
        return "\n".join([*lines, *([wrapped(f"    {self.note}")] if self.note else [])])

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values; numbers may be none that JSON has a word for."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**values, "status": str(self.status), "worst": list(self.worst)}

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> "Finding":
        """The finding that `to_json` wrote; of schema 2 too, where an error ratio was an excess."""
        known = {{"excess": "error_ratio"}.get(name, name): value for name, value in doc.items()}
        return cls(**{**known, "status": Status(doc["status"]), "worst": tuple(doc["worst"])})
