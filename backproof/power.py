"""How good a checker is: the faults it convicts, the right code it acquits, the time it takes."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

import manual
from architectures import Case, Dense, DType, Layer, Loss, case_to_json
from architectures.strategies import ACTIVATIONS, LOSSES, MAX_BLOCKS, MAX_WIDTH, cases
from backproof.claims import Claim
from backproof.court import judge
from backproof.draw import draw_cases
from backproof.faults import FAULTS, Fault, claim_with
from backproof.verdicts import Status, Verdict
from backproof.witnesses import EXACT, TORCH

GUILTY = (Status.BROKEN, Status.WRONG, Status.IMPRECISE)
"""What convicts: a case that nobody could decide convicts nobody."""
PATIENCE = 200
"""So many cases with the layer at fault are tried before a fault counts as missed."""

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Conviction:
    """What became of a fault: after how many cases it was convicted, and as what.

    named: whether the verdict names the layer and the tensor at fault. slow, fast: whether
    gradcheck rejected the fault on one of the same cases where it passes the right rule; None where
    it was not asked (it judges float64 alone). Seconds are of all the cases tried.
    """

    fault: str
    cause: str
    dtype: DType
    cases: int
    case: str
    status: str
    culprits: tuple[str, ...]
    named: bool
    seconds: float
    slow: bool | None = None
    slow_seconds: float = 0.0
    fast: bool | None = None
    fast_seconds: float = 0.0

    @property
    def convicted(self) -> bool:
        """Whether the fault was found."""
        return self.status in GUILTY

    def to_json(self) -> dict[str, Any]:
        """The conviction as JSON values."""
        return {**asdict(self), "culprits": list(self.culprits), "convicted": self.convicted}


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds that right cases take: exact arithmetic alone, and gradcheck in both its modes.

    slow_alarms, fast_alarms: how many of these right cases gradcheck rejects.
    """

    cases: int
    exact: float
    slow: float
    fast: float
    slow_alarms: int
    fast_alarms: int

    def to_json(self) -> dict[str, Any]:
        """The costs as JSON values, with the ratios of the sums."""
        ratios = {"exact/slow": self.exact / self.slow, "exact/fast": self.exact / self.fast}
        return {**asdict(self), **ratios}

    def __str__(self) -> str:
        """The costs in three lines."""
        n = self.cases
        return (
            f"{n} right cases, milliseconds a case\n"
            f"exact {1e3 * self.exact / n:.2f}   gradcheck slow {1e3 * self.slow / n:.2f} "
            f"({self.slow_alarms} false alarms)   fast {1e3 * self.fast / n:.2f} "
            f"({self.fast_alarms} false alarms)\n"
            f"exact / slow {self.exact / self.slow:.3f}   exact / fast {self.exact / self.fast:.3f}"
        )


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What right gradients were called: counts by status, and every case that is not truthy."""

    cases: int
    seed: int
    counts: dict[str, int]
    largest_excess: float
    largest_case: str
    alarms: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The counts and the cases as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        """The counts in a line, then every alarm in another."""
        counts = ", ".join(f"{n} {status}" for status, n in self.counts.items() if n)
        head = f"{self.cases} right cases: {counts}; largest excess {self.largest_excess:.2f}"
        return "\n".join([head, *(f"{a['status']}: {a['title']} ({a['id']})" for a in self.alarms)])


def measure_power(
    faults: Iterable[Fault] = tuple(FAULTS.values()),
    dtypes: Sequence[DType] = ("float64", "float32"),
    seed: int = 0,
    peers: bool = True,
    progress: Progress | None = None,
) -> list[Conviction]:
    """Try every fault in every dtype on random cases until it is convicted.

    peers: whether gradcheck is asked about the same float64 cases.
    """
    trials, found = [(fault, dtype) for fault in faults for dtype in dtypes], []
    for fault, dtype in trials:
        start = time.perf_counter()
        tried = list(_until_convicted(fault, dtype, seed))
        seconds, last = time.perf_counter() - start, tried[-1]
        conviction = Conviction(
            fault.key,
            fault.cause,
            dtype,
            len(tried),
            str(last.case),
            str(last.status),
            last.culprits,
            names(last, fault),
            seconds,
        )
        if peers and dtype == "float64":
            conviction = _beside_gradcheck(conviction, fault, [v.case for v in tried])
        found.append(conviction)
        if progress:
            progress(len(found), len(trials))
    return found


def measure_costs(right: Sequence[Case]) -> Costs:
    """Judge right cases by exact arithmetic alone and by gradcheck, in turn, in float64."""
    from backproof.gradcheck import accepts

    exact, slow, fast, alarms = 0.0, 0.0, 0.0, [0, 0]
    _warm_up(right[:1])
    for case in (replace(case, dtype="float64") for case in right):
        claim = Claim(case.network)
        exact += _timed(judge, case, None, (EXACT,))[1]
        passed_slow, seconds = _timed(accepts, claim, case, False)
        slow += seconds
        passed_fast, seconds = _timed(accepts, claim, case, True)
        fast += seconds
        alarms = [alarms[0] + (not passed_slow), alarms[1] + (not passed_fast)]
    return Costs(len(right), exact, slow, fast, *alarms)


def measure_false_alarms(n: int, seed: int, progress: Progress | None = None) -> FalseAlarms:
    """Judge `manual`'s right gradients of n random cases by exact arithmetic and torch."""
    start = time.perf_counter()
    counts, alarms, worst = dict.fromkeys(map(str, Status), 0), [], (-1.0, "")
    for k, case in enumerate(draw_cases(n, seed)):
        verdict = judge(case, witnesses=(EXACT, TORCH))
        counts[str(verdict.status)] += 1
        worst = max(worst, (verdict.excess, str(case)))
        if not verdict:
            entry = {"id": case.id, "title": str(case), "status": str(verdict.status)}
            alarms.append({**entry, "says": str(verdict), "case": case_to_json(case)})
        if progress:
            progress(k + 1, n)
    return FalseAlarms(n, seed, counts, *worst, alarms, time.perf_counter() - start)


def power_table(convictions: Sequence[Conviction]) -> str:
    """The convictions as plain text, a line each, and the kill rates of all checkers."""
    lines = [
        f"{c.fault[:58]:58} {c.dtype} {c.status:9} after {c.cases:3}  named {_mark(c.named)}"
        f"  slow {_mark(c.slow)}  fast {_mark(c.fast)}"
        for c in convictions
    ]
    asked = [c for c in convictions if c.slow is not None]
    tallies = [("backproof", [c.convicted for c in convictions])]
    tallies += [("gradcheck slow", [bool(c.slow) for c in asked])]
    tallies += [("gradcheck fast", [bool(c.fast) for c in asked])]
    return "\n".join([*lines, *(f"{who}: {sum(t)} of {len(t)} faults" for who, t in tallies)])


def names(verdict: Verdict, fault: Fault) -> bool:
    """Whether a verdict names the layer and the tensor at fault.

    A loss that is another one, with its own gradient, shows in the forward pass and in no layer.
    """
    if fault.tensor == "loss":
        return "forward pass" in verdict.diagnosis
    kind, said = fault.layer.__name__, [c for c in verdict.culprits if "kink" in c]
    tensor = f"({kind}): {fault.tensor}"
    return any(kind in c for c in said) or any(tensor in c for c in verdict.culprits)


@lru_cache(maxsize=64)
def cases_with(kind: type, dtype: DType, seed: int, n: int = PATIENCE) -> tuple[Case, ...]:
    """`n` random cases in a dtype with a layer, or the loss, of a kind; the same for a seed."""
    known: tuple[Layer | Loss, ...] = (*ACTIVATIONS, *LOSSES)
    of_kind: st.SearchStrategy[Any] = st.integers(1, MAX_WIDTH).map(Dense)
    if kind is not Dense:
        of_kind = st.sampled_from([one for one in known if type(one) is kind])

    def put(case: Case, one: Any, place: int) -> Case:
        network = case.network
        k = place % (len(network.layers) + 1)
        layers = (*network.layers[:k], one, *network.layers[k:])
        changed = {"loss": one} if kind in manual.LOSS_RULES else {"layers": layers}
        return replace(case, dtype=dtype, network=replace(network, **changed))

    return tuple(_drawn(st.builds(put, cases, of_kind, st.integers(0, 2 * MAX_BLOCKS)), n, seed))


def _drawn(strategy: st.SearchStrategy[Case], n: int, seed: int) -> list[Case]:
    found: list[Case] = []

    @seeded(seed)
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def _until_convicted(fault: Fault, dtype: DType, seed: int) -> Iterator[Verdict]:
    for case in cases_with(fault.layer, dtype, seed):
        verdict = judge(case, claim_with(fault, case.network), fault.witnesses)
        yield verdict
        if verdict.status in GUILTY:
            return


def _beside_gradcheck(conviction: Conviction, fault: Fault, tried: Sequence[Case]) -> Conviction:
    """A rejection counts only where gradcheck passes the right rule: else it rejects everything."""
    from backproof.gradcheck import accepts

    caught, seconds = {True: False, False: False}, {True: 0.0, False: 0.0}
    for case in tried:
        for fast in (True, False):
            passed, took = _timed(accepts, claim_with(fault, case.network), case, fast)
            seconds[fast] += took
            if not passed and not caught[fast]:
                caught[fast] = accepts(Claim(case.network), case, fast)
    return replace(
        conviction,
        slow=caught[False],
        slow_seconds=seconds[False],
        fast=caught[True],
        fast_seconds=seconds[True],
    )


def _warm_up(right: Sequence[Case]) -> None:
    """The first call of everything loads modules, which no case is to pay for."""
    from backproof.gradcheck import accepts

    for case in right:
        judge(case, witnesses=(EXACT,))
        accepts(Claim(case.network), replace(case, dtype="float64"), fast=False)
        accepts(Claim(case.network), replace(case, dtype="float64"), fast=True)


def _timed(run: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = run(*args)
    return result, time.perf_counter() - start


def _mark(known: bool | None) -> str:
    return "-" if known is None else "yes" if known else "NO"
