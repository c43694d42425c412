"""`backproof check`: claims in files, judged one after another and told."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from backproof.command.claims import NoSuchClaim, find_claim
from backproof.suite.summary import NOT_RIGHT, RIGHT
from backproof.verdict import Subject, Verdict


def check_all(
    targets: Sequence[str],
    seed: int,
    accept: Mapping[str, float],
    as_json: bool,
    console: Console,
) -> int:
    """Judge every claim named, print the verdicts, and return the exit code.

    All are found before the first is judged, so that a slip in a name costs nothing. Raises
    `NoSuchClaim` where one is none, `NoSize` or `NoSuchCode` where it accepts what nobody can.
    """
    if not targets:
        raise NoSuchClaim("nothing to check: say PATH.py:NAME or pkg.mod:NAME")
    claims = [(target, find_claim(target)) for target in targets]
    verdicts = []
    for target, claim in claims:
        verdicts.append(_again(claim(seed, accept), target, seed, accept))
        if not as_json:
            console.print(f"{verdicts[-1]}\n", soft_wrap=True, markup=False)
    if as_json:
        document = [verdict.to_json() for verdict in verdicts]
        console.print(json.dumps(document, allow_nan=False, indent=1), soft_wrap=True, markup=False)
    return RIGHT if all(verdicts) else NOT_RIGHT


def _again(verdict: Verdict, target: str, seed: int, accept: Mapping[str, float]) -> Verdict:
    """The verdict with the command that reached it."""
    assert isinstance(verdict.case, Subject)
    words = ["backproof", "check", target, *(["--seed", str(seed)] if seed else [])]
    for code, size in accept.items():
        words += ["--accept", f"{code}={size!r}"]
    again = shlex.join(words)
    return replace(verdict, case=replace(verdict.case, again=again))
