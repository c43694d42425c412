"""`backproof check` and `backproof explain`, as a stranger uses them; the fixture, in a session."""

import json
import sys
from pathlib import Path

import pytest

from backproof.command import main as cli
from backproof.diagnosis import CODES
from backproof.verdict import Verdict
from backproof.verdict.run import read_run

pytest_plugins = ["pytester"]

CLAIMS = """
import numpy as np

def loss(x): return (x * x).sum()
def gradient(x): return 2 * x
def inputs(seed): return (np.random.default_rng(seed).normal(size=3),)

wrong_loss, wrong_inputs = loss, inputs
def wrong_gradient(x): return -2 * x

def relu_forward(x): return np.maximum(x, 0), x > 0
def relu_backward(dy, mask): return dy * mask
relu_inputs = inputs

class Cube:
    def loss(self, x): return (x ** 3).sum()
    def gradient(self, x): return 3 * x ** 2
    def inputs(self, seed): return inputs(seed)

cube = Cube()
bare_loss, bare_gradient = loss, gradient
def lonely(x): return x
def lonely_inputs(seed): return inputs(seed)
"""


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file of claims."""
    path = tmp_path / "their_claims.py"
    path.write_text(CLAIMS)
    return path


def answer(*arguments: str | Path) -> int:
    """The exit code of a command line, run in this process."""
    with pytest.raises(SystemExit) as end:
        cli.main([str(a) for a in arguments])
    return int(end.value.code or 0)


@pytest.mark.parametrize("name", ["gradient", "loss", "relu", "cube"])
def test_right_claims_are_found_by_every_convention(
    claims: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain trio, a prefix, a layer, an object: exit 0, and ten points of its own sampler."""
    assert answer("check", f"{claims}:{name}") == 0
    said = capsys.readouterr().out
    assert said.startswith("CORRECT")
    assert "10 points were judged" in said


def test_a_wrong_claim_exits_with_1_and_says_how_to_judge_it_again(
    claims: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All claims named are judged, whatever the first is; the command shown does the same."""
    assert answer("check", f"{claims}:wrong", f"{claims}:gradient", "--seed", "3") == 1
    said = capsys.readouterr().out
    assert "BP101" in said
    assert "CORRECT" in said
    assert f"again: backproof check {claims}:wrong --seed 3" in said


def test_json_is_the_verdicts(claims: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Strict JSON, and nothing else, on stdout; it reads back as verdicts."""
    assert answer("check", f"{claims}:wrong", f"{claims}:relu", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    verdicts = [Verdict.from_json(v) for v in document]
    assert [bool(v) for v in verdicts] == [False, True]
    assert verdicts[0].code == "BP101"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere.py:f", "there is no file nowhere.py"),
        ("{}", "names no claim: say PATH.py:NAME"),
        ("{}:nothing", "nothing is no claim"),
        ("{}:bare", "give"),
        ("{}:lonely", "without a gradient"),
        ("no_such_module:f", "cannot be imported"),
    ],
)
def test_what_is_no_claim_is_told(
    claims: Path, target: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and a sentence that says what is needed; no trace."""
    assert answer("check", target.format(claims)) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert said.replace("give", "gives a tuple") in error
    assert "Traceback" not in error


def test_nothing_to_check_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a claim the command says how to name one."""
    assert answer("check") == 2
    assert "PATH.py:NAME" in capsys.readouterr().err


def test_a_file_that_cannot_be_imported_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the error of the file, not with a trace of ours."""
    (tmp_path / "broken_claims.py").write_text("import nothing_of_this_name")
    assert answer("check", f"{tmp_path / 'broken_claims.py'}:f") == 2
    assert "ModuleNotFoundError" in " ".join(capsys.readouterr().err.split())


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
    assert "BP103 transposed" in capsys.readouterr().err


SESSION = """
    import numpy as np

    def forward(x): return np.tanh(x), np.tanh(x)
    def backward(dy, y): return dy * (1 - y * y)
    def backward_at_the_input(dy, y): return dy * (1 - y)

    X = np.linspace(-1, 1, 5)

    def test_right(gradient_oracle):
        assert gradient_oracle.check_layer(forward, backward, X, name="tanh")

    def test_wrong(gradient_oracle):
        gradient_oracle.check_layer(forward, backward_at_the_input, X, name="wrong tanh")
"""


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["one process", "xdist"])
def test_the_fixture_fails_with_the_verdict_and_reports_every_one(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    """Right and wrong are both on the page; the failure is the verdict, without a line of ours."""
    pytester.makepyfile(SESSION)
    result = pytester.runpytest_subprocess("--backproof-report=page.html", *workers)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*GradientError: WRONG by 2.6  wrong tanh*", "*1 wrong, 1 correct*"]
    )
    result.stdout.no_fnmatch_line("*judging.py*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    run = read_run(pytester.path / "page.json")
    assert {str(v.status) for v in run.verdicts} == {"correct", "wrong"}
    assert "wrong tanh" in (pytester.path / "page.html").read_text()


def test_without_exact_arithmetic_the_oracle_says_what_to_install(
    claims: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and the package's name, no trace."""
    for name in [
        m
        for m in sys.modules
        if m.startswith(("flint", "backproof.checks", "backproof.exact", "backproof.programs"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "flint", None)
    assert answer("check", f"{claims}:gradient") == 2
    assert "pip install python-flint" in " ".join(capsys.readouterr().err.split())
