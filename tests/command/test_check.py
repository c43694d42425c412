"""`backproof check`: claims in files, found by every convention, judged and told."""

import json
import sys
from pathlib import Path

import pytest

from backproof.verdict import Verdict
from command.asking import answer, complaint

CLAIMS = """
import numpy as np
from hypothesis.extra.numpy import arrays
from hypothesis.strategies import floats, tuples

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

class Drawn(Cube):
    inputs = tuples(arrays(float, 3, elements=floats(1, 2)))

drawn = Drawn()
bare_loss, bare_gradient = loss, gradient
constant_loss, constant_gradient, constant_inputs = loss, gradient, 3
def lonely(x): return x
def lonely_inputs(seed): return inputs(seed)
"""


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file of claims."""
    path = tmp_path / "their_claims.py"
    path.write_text(CLAIMS)
    return path


@pytest.mark.parametrize("name", ["gradient", "loss", "relu", "cube", "drawn"])
def test_right_claims_are_found_by_every_convention(
    claims: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain trio, a prefix, a layer, objects: exit 0, and ten points of a sampler or strategy."""
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
        ("{}:bare", "bare_inputs(seed) gives a tuple"),
        ("{}:constant", "constant_inputs(seed) gives a tuple"),
        ("{}:lonely", "without a gradient"),
        ("no_such_module:f", "cannot be imported"),
    ],
)
def test_what_is_no_claim_is_told(
    claims: Path, target: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and a sentence that says what is needed; no trace."""
    assert answer("check", target.format(claims)) == 2
    error = complaint(capsys)
    assert said in error
    assert "Traceback" not in error


def test_nothing_to_check_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a claim the command says how to name one."""
    assert answer("check") == 2
    assert "PATH.py:NAME" in complaint(capsys)


def test_a_file_that_cannot_be_imported_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the error of the file, not with a trace of ours."""
    (tmp_path / "broken_claims.py").write_text("import nothing_of_this_name")
    assert answer("check", f"{tmp_path / 'broken_claims.py'}:f") == 2
    assert "ModuleNotFoundError" in complaint(capsys)


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
    assert "pip install python-flint" in complaint(capsys)
