"""Deviations by design: an epsilon on one side, a straight-through gradient, a convention.

The caller accepts them by code and by size; nothing is accepted silently.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from backproof.diagnosis import code_of
from backproof.verdict import Finding, Status, Verdict

Accept = Mapping[str, float]
"""By the code of a diagnosis, the largest error relative to the largest true element."""
OPEN = (Status.WRONG, Status.IMPRECISE)
"""What can be accepted: not what is broken, nor what nobody could decide."""
TIE = "BP501"
"""The code of a kink, which is no fault and needs no acceptance."""


def checked(accept: Accept | None) -> dict[str, float]:
    """The accepted sizes by code; slugs are read as codes.

    Raises `NoSuchCode` where a name is none, ValueError where a size is no positive number.
    """
    given = {} if accept is None else accept
    found = {code_of(name).code: float(size) for name, size in given.items()}
    for code, size in found.items():
        if not size > 0 or math.isnan(size):
            raise ValueError(f"accept={{{code!r}: {size}}}: the size must be a positive number")
    return found


def accepted(verdict: Verdict, accept: Accept, sizes: Mapping[str, float | None]) -> Verdict:
    """The verdict with what the caller accepts: its status, and a remark on every code.

    sizes: how large what is wrong is, by its codes; None where nobody knows. All of it must be
    accepted, each code up to a size of its own.
    """
    met = {*sizes, verdict.code, TIE if verdict.status is Status.KINK else ""}
    unmet = [f"{code} is accepted up to {accept[code]:g} and was not met" for code in accept
             if code not in met]  # fmt: skip
    known = {code: size for code, size in sizes.items() if size is not None}
    if not known or len(known) < len(sizes) or verdict.status not in OPEN:
        return _remarked(verdict, unmet)
    exceeded = (_exceeded(code, size, accept) for code, size in known.items())
    more = [words for words in exceeded if words]
    if more:
        return _remarked(verdict, [*more, *unmet] if accept.keys() & known.keys() else unmet)
    findings = tuple(_accepted(f) for f in verdict.findings)
    told = [f"{code}, {size:.3g} where {accept[code]:g} is allowed" for code, size in known.items()]
    said = [f"accepted: {', and '.join(told)}", *unmet]
    return _remarked(replace(verdict, status=Status.ACCEPTED, findings=findings), said)


def _exceeded(code: str, size: float, accept: Accept) -> str:
    """What is said of a code that is not accepted, or not so far; empty where it is."""
    allowed = accept.get(code, 0.0)
    if size <= allowed:
        return ""
    beyond = f" is accepted up to {allowed:g}; it is {size:.3g}"
    return f"{code}{beyond}" if code in accept else f"{code}, {size:.3g}, is not accepted"


def _accepted(finding: Finding) -> Finding:
    return replace(finding, status=Status.ACCEPTED) if finding.status in OPEN else finding


def _remarked(verdict: Verdict, said: list[str]) -> Verdict:
    first, newline, rest = verdict.evidence.partition("\n")
    return (
        replace(verdict, evidence="; ".join([first, *said]) + newline + rest) if said else verdict
    )
