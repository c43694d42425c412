"""The fixture `gradient_oracle`, and `pytest --backproof-report=PATH`: the page and the JSON of
every gradient that a test session judged.

Each verdict travels with the report of the test that it was reached in, so that nothing is lost
under pytest-xdist but what a dying worker was at, and that is listed.
"""

import shlex
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from backproof.verdict import Verdict

OPTION = "--backproof-report"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("backproof", "proof-read backprop")
    group.addoption(
        OPTION,
        metavar="PATH",
        type=Path,
        help="write a page of every gradient judged in this session, and its JSON beside it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Record verdicts if they are asked for; an unwritable path ends the session at once."""
    path: Path | None = config.getoption(OPTION)
    if path is None:
        return
    if path.suffix != ".html":
        raise pytest.UsageError(f"{OPTION}={path}: the page's name must end in .html")
    worker = hasattr(config, "workerinput")
    if not worker:
        _try_to_write(path)
    config.pluginmanager.register(Recorder(config, path, worker), "backproof-recorder")


def _try_to_write(path: Path) -> None:
    from backproof.verdict.files import check_writable

    try:
        check_writable(path.parent)
    except OSError as error:
        raise pytest.UsageError(f"{OPTION}={path}: {error.strerror or error}") from None


class Oracle:
    """The ways in, as a test calls them: a verdict that is not truthy fails the test, and every one
    goes into the session's report. The arguments are those of `backproof.check` and its like.
    """

    def check(self, *args: Any, **options: Any) -> "Verdict":
        """As `backproof.check`; raises `GradientError` with the verdict as its message."""
        __tracebackhide__ = True
        return _ruled("check", args, options)

    def check_layer(self, *args: Any, **options: Any) -> "Verdict":
        """As `backproof.check_layer`; raises `GradientError`."""
        __tracebackhide__ = True
        return _ruled("check_layer", args, options)

    def check_torch(self, *args: Any, **options: Any) -> "Verdict":
        """As `backproof.check_torch`; raises `GradientError`."""
        __tracebackhide__ = True
        return _ruled("check_torch", args, options)

    def check_jax(self, *args: Any, **options: Any) -> "Verdict":
        """As `backproof.check_jax`; raises `GradientError`."""
        __tracebackhide__ = True
        return _ruled("check_jax", args, options)


def _ruled(way: str, args: Any, options: Any) -> "Verdict":
    __tracebackhide__ = True
    import backproof
    from backproof.suite.check_case import LISTENERS

    verdict: Verdict = getattr(backproof, way)(*args, **options)
    for listen in LISTENERS:
        listen(verdict)
    verdict.raise_if_wrong()
    return verdict


@pytest.fixture
def gradient_oracle() -> Oracle:
    """Judges gradients: `gradient_oracle.check_layer(forward, backward, *inputs)`."""
    return Oracle()


class Recorder:
    """Collects verdicts test by test; where tests are gathered, writes the page at the end."""

    def __init__(self, config: pytest.Config, path: Path, worker: bool) -> None:
        self.config, self.path, self.worker = config, path, worker
        self.heard: list[Any] = []
        self.verdicts: dict[str, dict[str, Any]] = {}
        self.lost: list[str] = []
        self.written = ""

    def pytest_sessionstart(self) -> None:
        """Listen to the judge."""
        from backproof.suite.check_case import LISTENERS

        LISTENERS.append(self.heard.append)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send what this phase of a test judged along with its report."""
        report = yield
        report.backproof = [verdict.to_json() for verdict in self.heard]  # type: ignore[attr-defined]
        self.heard.clear()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep, of every case, the verdict with the most findings."""
        for verdict in getattr(report, "backproof", []):
            known = self.verdicts.get(verdict["id"])
            if known is None or len(verdict["findings"]) > len(known["findings"]):
                self.verdicts[verdict["id"]] = verdict

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str) -> None:
        """A worker died in this test: what it had judged there is lost, and said to be."""
        self.lost.append(f"{crashitem}: its worker died")

    def pytest_sessionfinish(self) -> None:
        """Write the page, where the reports of all workers come together."""
        from backproof.suite.check_case import LISTENERS

        LISTENERS.remove(self.heard.append)
        if self.worker:
            return
        from backproof.verdict import Verdict
        from backproof.verdict.environment import environment
        from backproof.verdict.run import Run, run_to_json, write_pair
        from backproof.verdict.witnesses import absences

        command = shlex.join(["pytest", *map(str, self.config.invocation_params.args)])
        run = Run(command, len(self.verdicts), environment(), lost=self.lost)
        run.verdicts = [Verdict.from_json(v) for _, v in sorted(self.verdicts.items())]
        run.absent = absences()
        write_pair(run_to_json(run), self.path)
        counts = ", ".join(f"{n} {status}" for status, n in run.counts().items() if n)
        self.written = f"backproof: {counts or 'nothing was judged'}; the page: {self.path}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the page is."""
        if self.written:
            terminalreporter.write_line(self.written)
