"""What may be said besides on the command line: deviations accepted, lists, trials."""

import json
from pathlib import Path
from typing import Any

import pytest

from backproof.command import main as cli
from backproof.exact.primitives import TABLE
from backproof.power.expressions import trial as of_expressions
from backproof.power.rounding import trial as of_rounding

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
"""


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file of claims."""
    path = tmp_path / "deviating.py"
    path.write_text(CLAIMS)
    return path


def answer(*arguments: Any) -> int:
    """The exit code of a command line, run in this process."""
    with pytest.raises(SystemExit) as end:
        cli.main([str(a) for a in arguments])
    return int(end.value.code or 0)


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


@pytest.mark.parametrize("given", ["BP118", "BP118=", "BP118=much", "BP118=-1", "BP118=0"])
def test_what_is_no_size_is_told(
    claims: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and what one looks like; an unknown code is told with its neighbours."""
    assert answer("check", f"{claims}:bounded", "--accept", given) == 2
    assert "say CODE=SIZE" in capsys.readouterr().err
    assert answer("check", f"{claims}:bounded", "--accept", "BP999=1") == 2
    assert "near it: BP199" in " ".join(capsys.readouterr().err.split())


def test_all_primitives_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each by its name, in 80 columns."""
    assert answer("explain", "--primitives") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.strip().partition(":")[0] for line in lines} >= set(TABLE)
    assert all(len(line) <= 80 for line in lines)


def test_all_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Where none is asked for."""
    assert answer("explain") == 0
    assert "BP103  transposed: " in capsys.readouterr().out


@pytest.mark.parametrize("passed", [True, False])
def test_the_trials_answer_for_what_they_find(
    passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone, with its figures kept."""

    class Found:
        def to_json(self) -> dict[str, Any]:
            return {"passed": passed}

    Found.passed = passed  # type: ignore[attr-defined]
    asked: list[Any] = []
    monkeypatch.setattr(of_rounding, "run", lambda **_: Found())
    monkeypatch.setattr(of_expressions, "run", lambda *given, **_: asked.append(given) or Found())
    out = tmp_path / "figures.json"
    code = 0 if passed else 1
    assert answer("power", "--rounding", "--out", out) == code
    assert set(json.loads(out.read_text())) == {"environment", "rounding"}
    assert answer("power", "--expressions", "--cases", 8, "--seed", 5, "--out", out) == code
    assert set(json.loads(out.read_text())) == {"environment", "expressions"}
    assert asked == [(8, (0, 5))]
