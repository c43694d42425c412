"""`backproof power` on trial: its figures are of one run, and it admits what it misses."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from backproof.faults import FAULTS
from backproof.power import trial
from backproof.power.detections import measure_power
from backproof.power.scale import measure_scale
from backproof.power.whole import measure_whole
from backproof.suite.draw import draw_cases

FEW = tuple(FAULTS.values())[:2]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The trial with two faults and a few cases."""
    monkeypatch.setattr(trial, "measure_power", partial(measure_power, FEW))
    monkeypatch.setattr(trial, "COSTED", 2)
    monkeypatch.setattr(trial, "WHOLE", 3)
    monkeypatch.setattr(trial, "BESIDE", 1)
    monkeypatch.setattr(trial, "measure_scale", partial(measure_scale, 150_000))
    return monkeypatch


def test_all_figures_are_printed_and_kept(small: Any, tmp_path: Path) -> None:
    """Faults, costs, false alarms: as text, and as JSON of the same run; exit 0."""
    console = Console(record=True, width=200)
    out = tmp_path / "power.json"
    assert trial.put_checker_on_trial(6, 0, out, console) == 0
    said, kept = console.export_text(), json.loads(out.read_text())
    assert "backproof: 4 of 4 faults" in said
    assert "6 right cases" in said
    assert [c["fault"] for c in kept["faults"]] == [f.key for f in FEW for _ in range(2)]
    assert sum(kept["false_alarms"]["counts"].values()) == 6
    assert kept["whole"]["cases"] == 2
    assert kept["beside_gradcheck"][0]["ours"] is kept["beside_gradcheck"][0]["right"]
    assert kept["beside_check_grads"][0]["ours_finds"]
    assert kept["scale"]["passed"]
    ours = ("formula", "exact", "verdict")
    assert set(kept["costs"]["ratios"]) == {f"{a}/{b}" for a in ours for b in ("slow", "fast")}


def test_a_fault_that_goes_free_is_an_exit_code(small: Any) -> None:
    """A checker that misses, or detects without a name, does not pass its own trial."""

    def missing(**options: Any) -> Any:
        return [replace(c, status="correct") for c in measure_power(FEW[:1], peers=False)]

    small.setattr(trial, "measure_power", missing)
    assert trial.put_checker_on_trial(2, 0, None, Console(quiet=True)) == 1


def test_a_case_costs_little_more_than_its_compilation() -> None:
    """Both are measured for every case but the first, which warms up."""
    whole = measure_whole(draw_cases(3, 5, "Dense"))
    assert whole.cases == 2
    assert whole.to_json()["judged/bare"] == whole.judged / whole.bare > 0
