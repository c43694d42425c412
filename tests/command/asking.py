"""A command line asked in this process: its exit code, its complaint."""

from typing import Any

import pytest

from backproof.command import main as cli


def answer(*arguments: Any) -> int:
    """The exit code of a command line, run in this process."""
    with pytest.raises(SystemExit) as end:
        cli.main([str(a) for a in arguments])
    return int(end.value.code or 0)


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, without line breaks."""
    return " ".join(capsys.readouterr().err.split())
