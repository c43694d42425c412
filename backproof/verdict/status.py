"""The statuses of a gradient, worst first."""

from enum import StrEnum


class Status(StrEnum):
    """Worst first; `accepted`, `kink` and `correct` are truthy."""

    BROKEN = "broken"
    WRONG = "wrong"
    IMPRECISE = "imprecise"
    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    KINK = "kink"
    CORRECT = "correct"

    def __bool__(self) -> bool:
        return self in (Status.ACCEPTED, Status.KINK, Status.CORRECT)

    @property
    def severity(self) -> int:
        """0 for the worst status, 6 for the best."""
        return list(Status).index(self)


FAULTY = (Status.BROKEN, Status.WRONG, Status.IMPRECISE)
"""What shows that something is wrong: what nobody could decide shows nothing."""
CLEAN = (Status.CORRECT, Status.KINK, Status.BROKEN, Status.UNDECIDED)
"""Statuses that have no size."""
