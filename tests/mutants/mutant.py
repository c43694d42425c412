"""A fault in the judge: what of its source is replaced by what, and what could catch it."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

TRIAL = ("tests/verdict/test_trial.py",)
"""Small claims of every kind, right and wrong."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    file: under `backproof`. old: stands there exactly once. meaning: of the fault, in words. tests:
    files, or tests of them, that could catch it.
    """

    file: str
    old: str
    new: str
    meaning: str
    tests: tuple[str, ...] = TRIAL

    @property
    def path(self) -> Path:
        """The file, from the root of the repository."""
        return Path("backproof") / self.file

    def planted(self, source: str) -> str:
        """The source with the fault. Raises ValueError where its text is not found once."""
        if source.count(self.old) != 1:
            raise ValueError(f"{self.path}: {source.count(self.old)} times, not once: {self.old!r}")
        return source.replace(self.old, self.new)
