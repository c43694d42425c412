"""A copy of the repository in which a fault is planted, and the tests run on it.

The working tree is never touched. A table of our own and not mutmut or cosmic-ray: these change
operators and numbers wherever they stand, which in these rooms are thousands of places at some
seconds each; and a check that is skipped, a radius that is ignored or a tie that has no side is no
change of an operator.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mutants.mutant import ROOT, Mutant

COPIED = ("architectures", "backproof", "examples", "manual", "reference", "reports", "tests")
PAPERS = ("pyproject.toml", "README.md")
SECONDS = 240
"""What hangs is caught."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy of the repository."""

    root: Path

    def tests(self, selected: Iterable[str], *options: str) -> subprocess.CompletedProcess[str]:
        """The tests, on the copy. Raises TimeoutExpired."""
        hushed = {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        asked = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *options]
        return subprocess.run(
            [*asked, *selected],
            cwd=self.root,
            env={**os.environ, **hushed},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @contextmanager
    def planted(self, mutant: Mutant) -> Iterator[None]:
        """With a fault in it."""
        path = self.root / mutant.path
        before = path.read_text()
        path.write_text(mutant.planted(before))
        try:
            yield
        finally:
            path.write_text(before)

    def catches(self, mutant: Mutant) -> bool:
        """Whether a test fails where a fault is planted, or never ends.

        Raises RuntimeError where nothing was tested: the fault is no Python, or tests are missing.
        """
        with self.planted(mutant):
            try:
                done = self.tests(mutant.tests)
            except subprocess.TimeoutExpired:
                return True
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{mutant.path}, {mutant.meaning}: {done.stdout[-2000:]}")
        return done.returncode == 1


@contextmanager
def copied() -> Iterator[Tree]:
    """A copy of the working tree, for as long as the context lasts."""
    with TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder).resolve()
        skipped = shutil.ignore_patterns("__pycache__", ".hypothesis")
        for name in COPIED:
            shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=skipped)
        for name in PAPERS:
            shutil.copy(ROOT / name, root)
        yield Tree(root)
