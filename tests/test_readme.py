"""README: what it shows is what happens."""

import contextlib
import io
import re
from pathlib import Path

README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")


def test_the_first_example_prints_what_it_says() -> None:
    """The wrong gradient that README opens with, and the verdict below it."""
    code, text = re.findall(r"```(?:python|text)\n(.*?)```", README, re.DOTALL)[:2]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue() == text
