"""backproof beside torch's gradcheck, each with its defaults, where gradcheck's do not fit."""

import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from backproof.checks.check_torch import check_torch
from backproof.power.gradcheck_defaults import MISFITS, Misfit
from backproof.power.right_code import timed_ms


@dataclass(frozen=True, slots=True)
class Beside:
    """What both say of one function.

    right: whether its gradient is; why: why gradcheck's defaults do not fit. ours, theirs: whether
    the gradient passes, with the milliseconds that it took to say so; status: ours in full.
    """

    function: str
    right: bool
    why: str
    status: str
    ours: bool
    ours_ms: float
    theirs: bool
    theirs_ms: float

    @property
    def verdicts(self) -> tuple[bool, bool]:
        """Whether ours is true, and theirs."""
        return self.ours is self.right, self.theirs is self.right

    def to_json(self) -> dict[str, Any]:
        """The row as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """The row as plain text."""
        right = "right" if self.right else "wrong"
        words = ["passes" if passed else "rejected" for passed in (self.ours, self.theirs)]
        return (
            f"{self.function[:40]:40} {right}: backproof {words[0]:8} in {self.ours_ms:6.1f} ms, "
            f"gradcheck {words[1]:8} in {self.theirs_ms:6.1f} ms"
        )


def measure_beside_gradcheck(misfits: Iterable[Misfit] = MISFITS) -> list[Beside]:
    """A row for each function; both are asked once before, so that no import is timed."""
    rows = []
    for k, misfit in enumerate(misfits):
        if k == 0:
            check_torch(misfit.function, misfit.input)
            gradcheck_accepts(misfit)
        verdict, ours = timed_ms(check_torch, misfit.function, misfit.input)
        accepted, theirs = timed_ms(gradcheck_accepts, misfit)
        status = str(verdict.status)
        told = misfit.name, misfit.right, misfit.why, status, bool(verdict), ours, accepted, theirs
        rows.append(Beside(*told))
    return rows


def gradcheck_accepts(misfit: Misfit) -> bool:
    """What gradcheck says with its defaults; its warning of float32 is left aside."""
    x = misfit.input.clone().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.autograd.gradcheck(misfit.function, (x,), raise_exception=False)
