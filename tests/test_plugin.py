"""`--backproof-report`: the page of a test session, on one machine's processes or on several."""

from pathlib import Path

import pytest

from backproof.verdict.run import read_run

pytest_plugins = ["pytester"]

TESTS = """
    import os
    import pytest
    from backproof.suite.check_case import check_case
    from backproof.suite.draw import draw_cases

    CASES = draw_cases(6, 0, "tame")

    @pytest.mark.parametrize("k", range(4))
    def test_right(k):
        assert check_case(CASES[k], witnesses=("exact",))

    def test_a_planted_fault():
        from backproof.faults import FAULTS, claim_with
        fault = next(iter(FAULTS.values()))
        check_case(CASES[4], claim_with(fault, CASES[4].network), ("exact",))
"""
DYING = """
    def test_dies():
        check_case(CASES[5], witnesses=("exact",))
        os._exit(1)
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A session of its own process, with the report asked for."""
    return pytester.runpytest_subprocess("--backproof-report=out/page.html", *arguments)


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["one process", "xdist"])
def test_every_verdict_of_a_session_is_on_its_page(
    pytester: pytest.Pytester, workers: list[str]
) -> None:
    """All right gradients are recorded, with or without workers; a planted fault's is no news."""
    pytester.makepyfile(TESTS)
    result = run(pytester, *workers)
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(["backproof: 4 correct; the page: out/page.html"])
    recorded = read_run(pytester.path / "out" / "page.json")
    assert len(recorded.verdicts) == 4
    assert recorded.command.endswith(" ".join(["--backproof-report=out/page.html", *workers]))
    page = (pytester.path / "out" / "page.html").read_text()
    assert all(verdict.case.id in page for verdict in recorded.verdicts)


def test_a_worker_that_dies_loses_its_own_test_alone_and_that_is_listed(
    pytester: pytest.Pytester,
) -> None:
    """What was judged before is on the page, and so is the name of the test that was lost."""
    pytester.makepyfile(TESTS + DYING)
    result = run(pytester, "-n1")
    result.assert_outcomes(passed=5, failed=1)
    recorded = read_run(pytester.path / "out" / "page.json")
    assert len(recorded.verdicts) == 4
    assert len(recorded.lost) == 1
    assert "test_dies" in recorded.lost[0]
    assert "test_dies" in (pytester.path / "out" / "page.html").read_text()


def test_without_the_option_nothing_is_written(pytester: pytest.Pytester) -> None:
    """The plugin is there for all who installed backproof, and does nothing unasked."""
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert [p.name for p in pytester.path.iterdir() if p.suffix in (".html", ".json")] == []


@pytest.mark.parametrize(
    ("path", "says"),
    [("file/deep/page.html", "Not a directory"), ("page.txt", "must end in .html")],
)
def test_a_path_that_cannot_be_written_ends_the_session_before_it_begins(
    pytester: pytest.Pytester, path: str, says: str
) -> None:
    """pytest's usage error, with the reason, and no trace."""
    (pytester.path / "file").write_text("mine")
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess(f"--backproof-report={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{says}*"])
    assert Path(pytester.path / "file").read_text() == "mine"


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
