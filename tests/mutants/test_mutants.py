"""The table of faults is kept true: every one of them can still be planted where it says."""

import ast
from collections import Counter

import pytest

from mutants.mutant import ROOT, Mutant
from mutants.table import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m.meaning for m in MUTANTS])
def test_every_fault_can_be_planted(mutant: Mutant) -> None:
    """Its text stands in the source exactly once, what replaces it is Python, its tests exist."""
    planted = mutant.planted((ROOT / mutant.path).read_text())
    ast.parse(planted)
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)


def test_no_fault_is_planted_twice() -> None:
    """There are sixty at least, and no two of one meaning."""
    assert len(MUTANTS) >= 60
    assert max(Counter(m.meaning for m in MUTANTS).values()) == 1
    assert len({(m.file, m.old, m.new) for m in MUTANTS}) == len(MUTANTS)


def test_a_fault_whose_text_is_gone_is_an_error() -> None:
    """And one whose text stands twice."""
    mutant = Mutant("checks/judge.py", "a", "b", "nothing")
    for source in ("", "aa"):
        with pytest.raises(ValueError, match="not once"):
            mutant.planted(source)
