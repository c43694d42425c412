"""How a checker treats right code: the alarms it raises all the same, and the time it takes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from backproof.architectures import Case, case_to_json
from backproof.faults.claims import Claim, seed_of
from backproof.suite.check_case import check_case
from backproof.suite.draw import draw_cases
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT, TORCH

SECONDS = ("formula", "exact", "verdict", "slow", "fast")
"""The names of what is timed."""

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds that right cases take: the formula in every element, which answers the question that
    gradcheck answers; the exact witness, which asks besides whether its record is complete; the
    verdict by this witness alone; both gradchecks.

    alarms, slow_alarms, fast_alarms: how many of these right cases each of them rejects.
    """

    cases: int
    formula: float
    exact: float
    verdict: float
    slow: float
    fast: float
    alarms: int
    slow_alarms: int
    fast_alarms: int

    def to_json(self) -> dict[str, Any]:
        """The costs as JSON values, with the ratios of the sums."""
        return {**asdict(self), "ratios": self.ratios}

    @property
    def ratios(self) -> dict[str, float]:
        """What exactness costs in gradchecks."""
        ours, theirs = (
            {"formula": self.formula, "exact": self.exact, "verdict": self.verdict},
            {"slow": self.slow, "fast": self.fast},
        )
        return {f"{a}/{b}": ours[a] / theirs[b] for a in ours for b in theirs}

    def __str__(self) -> str:
        """The costs in three lines."""
        ms = {name: f"{1e3 * getattr(self, name) / self.cases:.2f}" for name in SECONDS}
        return (
            f"{self.cases} right cases, milliseconds a case\n"
            f"formula {ms['formula']}   exact witness {ms['exact']}   verdict {ms['verdict']} "
            f"({self.alarms} false alarms)   gradcheck slow {ms['slow']} "
            f"({self.slow_alarms} false alarms)   fast {ms['fast']} "
            f"({self.fast_alarms} false alarms)\n"
            + "   ".join(f"{name} {ratio:.3f}" for name, ratio in self.ratios.items())
        )


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What right gradients were called: counts by status, and every case that is not truthy."""

    cases: int
    seed: int
    counts: dict[str, int]
    largest_error_ratio: float
    largest_case: str
    alarms: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The counts and the cases as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """The counts in a line, then every alarm in another."""
        counts = ", ".join(f"{n} {status}" for status, n in self.counts.items() if n)
        worst = f"largest error ratio {self.largest_error_ratio:.2f}"
        head = f"{self.cases} right cases: {counts}; {worst}"
        return "\n".join([head, *(f"{a['status']}: {a['title']} ({a['id']})" for a in self.alarms)])


def measure_costs(right: Sequence[Case]) -> Costs:
    """Judge right cases by exact arithmetic alone and by gradcheck, in turn, in float64."""
    from backproof.power.gradcheck import accepts

    formula = exact = whole = slow = fast = 0.0
    alarms = [0, 0, 0]
    _warm_up(right[:1])
    for case in (replace(case, dtype="float64") for case in right):
        claim = Claim(case.network)
        formula += timed(_formula, claim, case)[1]
        exact += timed(_exact, claim, case)[1]
        verdict, seconds = timed(check_case, case, None, (EXACT,))
        whole += seconds
        passed_slow, seconds = timed(accepts, claim, case, False)
        slow += seconds
        passed_fast, seconds = timed(accepts, claim, case, True)
        fast += seconds
        passed = (bool(verdict), passed_slow, passed_fast)
        alarms = [n + (not p) for n, p in zip(alarms, passed, strict=True)]
    return Costs(len(right), formula, exact, whole, slow, fast, *alarms)


def measure_false_alarms(n: int, seed: int, progress: Progress | None = None) -> FalseAlarms:
    """Judge `manual`'s right gradients of n random cases by exact arithmetic and torch."""
    start = time.perf_counter()
    counts, alarms, worst = dict.fromkeys(map(str, Status), 0), [], (-1.0, "")
    for k, case in enumerate(draw_cases(n, seed)):
        verdict = check_case(case, witnesses=(EXACT, TORCH))
        counts[str(verdict.status)] += 1
        if verdict.status is Status.CORRECT:  # on a kink torch may have another convention
            worst = max(worst, (verdict.error_ratio, str(case)))
        if not verdict:
            entry = {"id": case.id, "title": str(case), "status": str(verdict.status)}
            alarms.append({**entry, "says": str(verdict), "case": case_to_json(case)})
        if progress:
            progress(k + 1, n)
    return FalseAlarms(n, seed, counts, *worst, alarms, time.perf_counter() - start)


def timed(run: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """The result of a call and the seconds it took."""
    start = time.perf_counter()
    result = run(*args)
    return result, time.perf_counter() - start


def timed_ms(run: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """The result of a call and the milliseconds it took."""
    result, seconds = timed(run, *args)
    return result, 1e3 * seconds


def _formula(claim: Claim, case: Case) -> None:
    """The record, and the claim's formula in every element against the truth."""
    from backproof.checks.measure import measure
    from backproof.suite.exactly import at_case

    theirs = at_case(claim, case)
    measure(theirs.record(theirs.tensors), theirs.observed.results, theirs.dtypes, 0)


def _exact(claim: Claim, case: Case) -> None:
    """The exact witness: whether the record is complete, the formula, and the rounding."""
    from backproof.checks.ladder import climb
    from backproof.suite.exactly import at_case

    theirs = at_case(claim, case)
    climb(theirs, theirs.observed.results, seed_of(case))


def _warm_up(right: Sequence[Case]) -> None:
    """The first call of everything loads modules, which no case is to pay for."""
    from backproof.power.gradcheck import accepts

    for case in right:
        check_case(case, witnesses=(EXACT,))
        accepts(Claim(case.network), replace(case, dtype="float64"), fast=False)
        accepts(Claim(case.network), replace(case, dtype="float64"), fast=True)
