"""`backproof explain`: every code on a page, and the lists of codes and of primitives."""

import sys

import pytest

from backproof.diagnosis import CODES
from backproof.exact.primitives import TABLE
from command.asking import answer, complaint


@pytest.mark.parametrize("slug", CODES)
def test_every_code_is_explained(slug: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By its code and by its name, in 80 columns: what, the looks, the cause and the mend."""
    assert answer("explain", CODES[slug].code) == 0
    page = capsys.readouterr().out
    assert answer("explain", slug) == 0
    assert capsys.readouterr().out == page
    assert "The usual cause" in page and "The mend" in page
    assert all(len(line) <= 80 for line in page.splitlines())


def test_an_unknown_code_is_told_with_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, and what was perhaps meant."""
    assert answer("explain", "transpose") == 2
    assert "BP103 transposed" in complaint(capsys)


def test_all_primitives_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each by its name, in 80 columns."""
    assert answer("explain", "--primitives") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.strip().partition(":")[0] for line in lines} >= set(TABLE)
    assert all(len(line) <= 80 for line in lines)


def test_a_code_is_explained_before_the_primitives(capsys: pytest.CaptureFixture[str]) -> None:
    """Both are told where both are asked for; of a code that nobody has that is told alone."""
    assert answer("explain", "swapped", "--primitives") == 0
    both = capsys.readouterr().out
    for asked in (("swapped",), ("--primitives",)):
        assert answer("explain", *asked) == 0
        assert capsys.readouterr().out.strip() in both
    assert answer("explain", "swopped", "--primitives") == 2
    assert "BP120 swapped" in complaint(capsys)


def test_all_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Where none is asked for: each on a line of its own, in 80 columns."""
    assert answer("explain") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [f"{CODES[s].code}  {s}" for s in CODES]
    assert all(len(line) <= 80 for line in lines)


def test_primitives_are_those_of_exact_arithmetic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is none, exit 2 and what to install; codes are told all the same."""
    monkeypatch.setitem(sys.modules, "flint", None)
    assert answer("explain", "--primitives") == 2
    assert "pip install python-flint" in complaint(capsys)
    assert answer("explain", "transposed") == 0
