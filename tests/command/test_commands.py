"""What every command answers to bad arguments, and how it is explained."""

from pathlib import Path

import pytest

from command.asking import answer, complaint


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--cases", "0"], "--cases"),
        (["run", "--workers", "-1"], "--workers"),
        (["run", "--time", "0"], "--time"),
        (["run", "--only", "["], "no regular expression"),
        (["run", "--only", "NoSuchLayer", "--cases", "3"], "0 different cases match"),
        (["run", "--plant", "nothing"], "no fault is called 'nothing'"),
        (["run", "--nonsense"], "--nonsense"),
        (["jugde"], "jugde"),
        (["replay", "nowhere.json"], "is no file"),
        (["report", "nowhere.json"], "nowhere.json: No such file"),
    ],
)
def test_bad_arguments_exit_with_2_and_leave_no_trace(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each names the argument and the reason; nothing is written."""
    out = [] if arguments[0] not in ("run", "replay") else ["--out", tmp_path / "out"]
    assert answer(*arguments, *out) == 2
    assert says in complaint(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_written_is_known_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in place of the folder: exit 2 at once, with the system's reason."""
    (tmp_path / "file").write_text("mine")
    assert answer("run", "--cases", 5000, "--out", tmp_path / "file" / "out") == 2
    assert "Not a directory" in complaint(capsys)
    assert (tmp_path / "file").read_text() == "mine"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`backproof --help` lists what there is."""
    assert answer("--help") == 0
    said = capsys.readouterr().out
    assert all(command in said for command in ("run", "replay", "report", "power"))
