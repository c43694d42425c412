"""Deviations by design and references: on the command line, in a file, in an object."""

import json
from pathlib import Path

import pytest

from command.asking import answer, complaint

CLAIMS = """
import numpy as np

def inputs(seed): return (1 + np.random.default_rng(seed).random(3),)

def bounded_loss(x): return np.log(x + 1e-4).sum()
def bounded_gradient(x): return 1 / x
bounded_inputs = inputs

class Accepting:
    accept = {"BP118": 1e-3}
    loss = staticmethod(bounded_loss)
    gradient = staticmethod(bounded_gradient)
    inputs = staticmethod(inputs)

def scaled_loss(x): return (x * x).sum() * 1.5
def scaled_gradient(x): return 3 * x
def scaled_reference(x): return (x * x).sum()
scaled_inputs = inputs

def deviating(**parts): return type("Deviating", (Accepting,), parts)

listed = deviating(accept=["BP118"])
negative = deviating(accept={"BP118": -1})
unheard = deviating(accept={"BP999": 1e-3})
cited = deviating(reference="a paper")
"""


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file of claims."""
    path = tmp_path / "deviating.py"
    path.write_text(CLAIMS)
    return path


@pytest.mark.parametrize(("size", "code"), [(None, 1), ("1e-3", 0), ("1e-9", 1)])
def test_a_deviation_is_accepted_up_to_a_size(
    claims: Path, size: str | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its code; the verdict says so, and the command shown says it as well."""
    given = ["--accept", f"BP118={size}"] if size else []
    assert answer("check", f"{claims}:bounded", *given) == code
    said = capsys.readouterr().out
    assert said.startswith("WRONG" if code else "ACCEPTED by ")
    assert "BP118" in said
    if size:
        assert f"--accept BP118={float(size):g}" in " ".join(said.split())


def test_a_claim_may_accept_and_the_caller_has_the_last_word(claims: Path) -> None:
    """An object with the attribute, and the option against it."""
    assert answer("check", f"{claims}:Accepting") == 0
    assert answer("check", f"{claims}:Accepting", "--accept", "one-sided-clamp=1e-9") == 1


def test_a_claim_may_have_a_reference(claims: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A consistent gradient of another function than was meant."""
    assert answer("check", f"{claims}:scaled", "--json") == 1
    (verdict,) = json.loads(capsys.readouterr().out)
    assert verdict["code"] == "BP401"


@pytest.mark.parametrize(
    "given", ["BP118", "=1", "BP118=nan", "BP118=", "BP118=much", "BP118=-1", "BP118=0"]
)
def test_what_is_no_size_is_told(
    claims: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and what one looks like."""
    assert answer("check", f"{claims}:bounded", "--accept", given) == 2
    assert f"--accept {given}: say CODE=SIZE" in complaint(capsys)


def test_an_unknown_code_is_told_with_its_neighbours(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and nothing is judged."""
    assert answer("check", f"{claims}:bounded", "--accept", "BP999=1") == 2
    assert "near it: BP199" in complaint(capsys)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("listed", 'listed accepts a list: say accept = {"BP118": 1e-6}'),
        ("negative", "negative accepts BP118 up to -1: the size is a positive number"),
        ("unheard", "no diagnosis is called 'BP999'"),
        ("cited", "the reference of cited is a str: it must be a function"),
    ],
)
def test_what_a_claim_can_not_say_is_told(
    claims: Path, name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first claim is judged, with its name and without a trace."""
    assert answer("check", f"{claims}:Accepting", f"{claims}:{name}") == 2
    told = capsys.readouterr()
    assert said in " ".join(told.err.split())
    assert not told.out


def test_a_size_is_repeated_to_its_last_digit(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown decides as what was given."""
    given = ["--accept", "BP118=0.00123456789", "--accept", "BP102=1e-06"]
    assert answer("check", f"{claims}:bounded", *given) == 0
    again = f"again: backproof check {claims}:bounded {' '.join(given)}\n"
    assert again in capsys.readouterr().out
