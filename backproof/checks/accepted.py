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
OPEN = (Status.WRONG, Status.IMPRECISE, Status.KINK)
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


def accepted(verdict: Verdict, accept: Accept) -> Verdict:
    """The verdict with what the caller accepts: its status, and a remark on every code."""
    said = []
    for code, most in accept.items():
        if code != (TIE if verdict.status is Status.KINK else verdict.code):
            said.append(f"{code} is accepted up to {most:g} and was not met")
    size, known = accept.get(verdict.code), verdict.size
    if size is None or known is None or verdict.status not in OPEN:
        return _remarked(verdict, said)
    if known > size:
        more = f"{verdict.code} is accepted up to {size:g}; it is {known:.3g}"
        return _remarked(verdict, [more, *said])
    findings = tuple(_accepted(f) for f in verdict.findings)
    said.insert(0, f"accepted: {verdict.code}, {known:.3g} where {size:g} is allowed")
    return _remarked(replace(verdict, status=Status.ACCEPTED, findings=findings), said)


def _accepted(finding: Finding) -> Finding:
    return replace(finding, status=Status.ACCEPTED) if finding.status in OPEN[:2] else finding


def _remarked(verdict: Verdict, said: list[str]) -> Verdict:
    first, newline, rest = verdict.evidence.partition("\n")
    return (
        replace(verdict, evidence="; ".join([first, *said]) + newline + rest) if said else verdict
    )
