"""How good a checker is: the faults it detects."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from backproof.architectures import Case, DType
from backproof.faults import FAULTS, Fault, claim_with
from backproof.faults.claims import Claim
from backproof.power.right_code import Progress, timed
from backproof.suite.check_case import check_case
from backproof.suite.draw import cases_with
from backproof.verdict import FAULTY, Verdict

PEERS_CASES = 20
"""gradcheck gets so many cases at least, also where a fault was detected on the first."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What became of a fault: after how many cases it was detected, and as what.

    named: whether the verdict names the layer and the tensor at fault. slow, fast: whether
    gradcheck, on the same cases and then on more, rejected the fault where it passes the right
    rule; None where it was not asked (it judges float64 alone). Seconds are those until then.
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
    def detected(self) -> bool:
        """Whether the fault was found."""
        return self.status in FAULTY

    def to_json(self) -> dict[str, Any]:
        """The detection as JSON values."""
        return {**asdict(self), "culprits": list(self.culprits), "detected": self.detected}


def measure_power(
    faults: Iterable[Fault] = tuple(FAULTS.values()),
    dtypes: Sequence[DType] = ("float64", "float32"),
    seed: int = 0,
    peers: bool = True,
    progress: Progress | None = None,
) -> list[Detection]:
    """Try every fault in every dtype on random cases until it is detected.

    peers: whether gradcheck is asked about the same float64 cases, at least PEERS_CASES of them.
    """
    trials, found = [(fault, dtype) for fault in faults for dtype in dtypes], []
    for fault, dtype in trials:
        start = time.perf_counter()
        tried = list(_until_detected(fault, dtype, seed))
        seconds, last = time.perf_counter() - start, tried[-1]
        detection = Detection(
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
            detection = _beside_gradcheck(detection, fault, seed)
        found.append(detection)
        if progress:
            progress(len(found), len(trials))
    return found


def power_table(detections: Sequence[Detection]) -> str:
    """The detections as plain text, a line each, and the kill rates of all checkers."""
    lines = [
        f"{c.fault[:58]:58} {c.dtype} {c.status:9} after {c.cases:3}  named {_mark(c.named)}"
        f"  slow {_mark(c.slow)}  fast {_mark(c.fast)}"
        for c in detections
    ]
    asked = [c for c in detections if c.slow is not None]
    tallies = [("backproof", [c.detected for c in detections])]
    tallies += [("gradcheck slow", [bool(c.slow) for c in asked])]
    tallies += [("gradcheck fast", [bool(c.fast) for c in asked])]
    return "\n".join([*lines, *(f"{who}: {sum(t)} of {len(t)} faults" for who, t in tallies)])


def names(verdict: Verdict, fault: Fault) -> bool:
    """Whether a verdict names the layer and the tensor at fault.

    A loss that is another one, with its own gradient, shows in the forward pass and in no layer.
    """
    if fault.tensor == "loss":
        return "forward pass" in verdict.diagnosis
    kind = fault.layer.__name__
    return any(f"({kind}): {fault.tensor}" in culprit for culprit in verdict.culprits)


def _until_detected(fault: Fault, dtype: DType, seed: int) -> Iterator[Verdict]:
    for case in cases_with(fault.layer, dtype, seed):
        verdict = check_case(case, claim_with(fault, case.network), fault.witnesses)
        yield verdict
        if verdict.status in FAULTY:
            return


def _beside_gradcheck(detection: Detection, fault: Fault, seed: int) -> Detection:
    cases = cases_with(fault.layer, "float64", seed)[: max(detection.cases, PEERS_CASES)]
    slow, slow_seconds = _gradcheck(fault, cases, fast=False)
    fast, fast_seconds = _gradcheck(fault, cases, fast=True)
    return replace(
        detection, slow=slow, slow_seconds=slow_seconds, fast=fast, fast_seconds=fast_seconds
    )


def _gradcheck(fault: Fault, cases: Sequence[Case], fast: bool) -> tuple[bool, float]:
    """A rejection counts only where gradcheck passes the right rule: else it rejects everything."""
    from backproof.power.gradcheck import accepts

    seconds = 0.0
    for case in cases:
        passed, took = timed(accepts, claim_with(fault, case.network), case, fast)
        seconds += took
        if not passed and accepts(Claim(case.network), case, fast):
            return True, seconds
    return False, seconds


def _mark(known: bool | None) -> str:
    return "-" if known is None else "yes" if known else "NO"
