"""`backproof power`: each trial alone, with its figures kept and its exit code."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from backproof.power.expressions import trial as of_expressions
from backproof.power.rounding import trial as of_rounding
from backproof.power.rounding.formats import formats
from command.asking import answer, complaint


@pytest.mark.parametrize("passed", [True, False])
def test_the_trials_answer_for_what_they_find(
    passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone, with its figures kept."""
    found, asked = SimpleNamespace(passed=passed, to_json=lambda: {"passed": passed}), []
    monkeypatch.setattr(of_rounding, "run", lambda **_: found)
    monkeypatch.setattr(of_expressions, "run", lambda *given, **_: asked.append(given) or found)
    out = tmp_path / "figures.json"
    code = 0 if passed else 1
    assert answer("power", "--rounding", "--out", out) == code
    assert set(json.loads(out.read_text())) == {"environment", "rounding"}
    assert answer("power", "--expressions", "--cases", 8, "--seed", 5, "--out", out) == code
    assert set(json.loads(out.read_text())) == {"environment", "expressions"}
    assert answer("power", "--rounding", "--expressions", "--out", out) == code
    assert set(json.loads(out.read_text())) == {"environment", "rounding", "expressions"}
    assert asked == [(8, (0, 5)), (of_expressions.COUNT, None)]


def test_an_odd_number_of_expressions_is_judged_whole(tmp_path: Path) -> None:
    """At the fixed seed and at the one given, so many in every format."""
    out = tmp_path / "figures.json"
    for count in (1, 3):
        assert answer("power", "--expressions", "--cases", count, "--seed", 5, "--out", out) == 0
        found = json.loads(out.read_text())["expressions"]
        assert found["seeds"] == [0, 5]
        assert all(sum(c["right"].values()) == count for c in found["counts"].values())


def test_power_without_a_peer_to_measure_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 before anything is measured."""
    monkeypatch.setitem(sys.modules, "torch", None)
    assert answer("power", "--cases", 5) == 2
    assert "this needs torch, which is absent" in complaint(capsys)


@pytest.mark.parametrize("given", [[], ["--rounding"], ["--expressions"]])
def test_power_is_that_of_exact_arithmetic(
    given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and what to install, whatever is tried."""
    monkeypatch.setitem(sys.modules, "flint", None)
    assert answer("power", *given) == 2
    assert "pip install python-flint" in complaint(capsys)


def test_without_torch_its_formats_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be imported is not at hand, be it installed or not."""
    assert [str(f) for f in formats()][3:] == ["bfloat16 (torch)", "float16 (torch)"]
    monkeypatch.setitem(sys.modules, "torch", None)
    assert [str(f) for f in formats()] == ["float64", "float32", "float16"]
