"""`backproof run`, `replay` and `report`: a run leaves what the other two read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backproof.architectures import case_to_json
from backproof.faults import FAULTS
from backproof.suite.check_case import check_case
from backproof.suite.draw import draw_cases
from backproof.verdict.document import to_text
from backproof.verdict.run import Run, read_run, run_to_json
from command.asking import answer, complaint


def test_a_small_run_leaves_a_page_and_a_record_that_makes_the_page_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, the closing lines, two files; `report` writes the same page from the JSON."""
    out = tmp_path / "deep" / "out"
    assert answer("run", "--cases", 6, "--seed", 3, "--only", "float32", "--out", out) == 0
    said = capsys.readouterr().out
    assert "Judged 6 of 6 random gradients" in said
    assert "every gradient is right" in said
    assert str(out / "gradients.html") in said
    assert sorted(p.name for p in out.iterdir()) == ["gradients.html", "gradients.json"]
    run = read_run(out / "gradients.json")
    assert [v.case for v in run.verdicts] == draw_cases(6, 3, "float32")
    page = (out / "gradients.html").read_text()
    assert answer("report", out / "gradients.json", "--out", tmp_path / "again.html") == 0
    assert (tmp_path / "again.html").read_text() == page


def test_a_planted_fault_is_detected_shrunk_stored_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, a minimal case of one layer on disk, and its replay command detects again."""
    plant = next(key for key in FAULTS if key.startswith("sigmoid"))
    assert (
        answer("run", "--cases", 8, "--only", "Sigmoid", "--plant", plant, "--out", tmp_path) == 1
    )
    assert "layer" in capsys.readouterr().out
    run = read_run(tmp_path / "gradients.json")
    least = run.minimal[0]
    assert [layer["layer"] for layer in least["case"]["layers"]] == ["Sigmoid"]
    (stored,) = {m["case"]["data"]["seed"]: m["replay"] for m in run.minimal}.values()
    assert "backproof replay" in stored
    path = next((tmp_path / "cases").iterdir())
    assert answer("replay", path) == 0
    assert answer("replay", path, "--plant", plant) == 1
    assert "WRONG" in capsys.readouterr().out


def test_a_case_of_the_last_run_is_replayed_by_its_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`replay ID` finds the case in the run's JSON, and prints every finding."""
    case = draw_cases(1, 0)[0]
    run = Run("backproof run", 1, {}, [check_case(case, witnesses=("exact",))])
    (tmp_path / "gradients.json").write_text(to_text(run_to_json(run)))
    assert answer("replay", case.id, "--out", tmp_path) == 0
    assert "finite differences" in capsys.readouterr().out
    assert answer("replay", "0" * 12, "--out", tmp_path) == 2
    assert "none of the 1 cases" in complaint(capsys)


def test_a_case_file_of_a_drawn_case_is_replayable(tmp_path: Path) -> None:
    """What `case_to_json` writes, `replay` reads."""
    case = draw_cases(1, 5)[0]
    (tmp_path / "case.json").write_text(json.dumps(case_to_json(case)))
    assert answer("replay", tmp_path / "case.json") == 0


BAD_CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown layer": ({"layers": [{"layer": "Dens", "width": 1}]}, "unknown layer 'Dens'"),
    "newer schema": ({"schema": 9}, "schema 9, and this backproof reads up to 1: upgrade"),
    "shapes": (
        {"data": {"label": "x", "tensors": {"dx": [[1.0]]}, "target": [[0.0, 0.0]]}},
        "dx: the network needs shape",
    ),
    "nan": (
        {"data": {"label": "x", "tensors": {"dx": [[float("nan")] * 2]}, "target": [[0.0] * 2]}},
        "is nan",
    ),
}


@pytest.mark.parametrize("defect", BAD_CASES)
def test_a_defective_case_is_refused_in_one_line(
    defect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, a message that says what to do, no traceback, no file."""
    changes, says = BAD_CASES[defect]
    good = {
        "schema": 1,
        "inputs": 2,
        "layers": [],
        "loss": {"loss": "SquaredError", "reduction": "mean"},
        "batch": 1,
        "dtype": "float64",
        "data": {"regime": "tame", "seed": 0},
    }
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**good, **changes}))
    assert answer("replay", path, "--out", tmp_path) == 2
    said = complaint(capsys)
    assert says in said
    assert "Traceback" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["case.json"]
    path.write_text(json.dumps(good))
    assert answer("replay", path, "--out", tmp_path) == 0


@pytest.mark.parametrize("text", ["{", "[]", '{"kind": "backproof run", "schema": 7}', "{}"])
def test_a_record_that_is_none_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged JSON, other JSON and a newer run: exit 2 and no page."""
    (tmp_path / "gradients.json").write_text(text)
    assert answer("report", tmp_path / "gradients.json") == 2
    assert "backproof:" in complaint(capsys)
    assert not (tmp_path / "gradients.html").exists()


@pytest.mark.parametrize("module", ["torch", "jax"])
def test_a_missing_package_is_a_witness_marked_absent_everywhere(
    module: str, tmp_path: Path
) -> None:
    """A run without it ends well, says so in its last lines, its JSON and its page."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / f"{module}.py").write_text(f"raise ImportError('no {module}')\n")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "backproof", "run", "--cases", "2", "--only", "tame"]
    ended = subprocess.run(
        [*command, "--workers", "1", "--out", str(out)],
        env={**os.environ, "PYTHONPATH": f"{blocked}{os.pathsep}{Path.cwd()}"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert f"Not heard: {module}, absent" in ended.stdout
    assert read_run(out / "gradients.json").absent[module].startswith("absent")
    assert "absent" in (out / "gradients.html").read_text()
