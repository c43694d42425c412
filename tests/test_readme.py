"""README: what it shows is what happens."""

import contextlib
import io
import linecache
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT.joinpath("README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```python\n([^`]*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
"""Code with what it prints below."""
WHOLE = [pair for pair in SHOWN if "import backproof" in pair[0]]


def printed(code: str) -> str:
    """What code prints, its lines known to whoever cites them."""
    linecache.cache["README.md"] = (len(code), None, code.splitlines(keepends=True), "README.md")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    return out.getvalue()


@pytest.mark.parametrize(("code", "text"), WHOLE, ids=["opening", "nan"])
def test_an_example_prints_what_it_says(code: str, text: str) -> None:
    """The wrong gradient that README opens with, and the one that is NaN."""
    assert printed(code) == text


def test_the_kernel_is_judged_as_shown() -> None:
    """The example whose last line README shows."""
    ((code, text),) = [pair for pair in SHOWN if pair not in WHOLE]
    example = ROOT / "examples" / "fused_rms_norm.py"
    assert code in example.read_text(encoding="utf-8").replace("    print", "print")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(str(example), run_name="__main__")
    assert out.getvalue().endswith(text)
