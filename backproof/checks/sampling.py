"""More than one point: samplers of inputs, judged one after another, the worst one shrunk."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from backproof.checks.accepted import Accept
from backproof.checks.answer import judge_claim, told
from backproof.checks.behaviour.attempts import TURN
from backproof.checks.behaviour.keyboard import listening
from backproof.checks.claim import Claim
from backproof.programs.state import put_back
from backproof.verdict import Subject, Verdict
from backproof.verdict.decisions import SAMPLED

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Inputs = Any
"""A function of a seed to the arguments, or a Hypothesis strategy of them, in a tuple or alone."""

NOTHING: Mapping[str, Any] = {}
Judge = Callable[[tuple[Any, ...]], Verdict]


def judge_points(
    claim: Callable[..., Claim],
    args: tuple[Any, ...],
    inputs: Inputs | None,
    seed: int,
    accept: Accept | None = None,
    code: Mapping[str, Any] = NOTHING,
) -> Verdict:
    """Judge the arguments given, or those that a sampler gives; the worst verdict counts.

    claim: the claim at a point. code: by name, that whose state is put back at the end. Raises
    ValueError where both are given, or neither.
    """

    def judge(point: tuple[Any, ...]) -> Verdict:
        with TURN, listening(), put_back(code):  # once, for the many calls of the code that follow
            return judge_claim(claim(*point), seed, accept)

    if inputs is None:
        if not args:
            raise ValueError("nothing to judge at: give the arguments, or inputs=a sampler of them")
        return judge(args)
    if args:
        raise ValueError("give the arguments or inputs=, not both")
    if callable(inputs) and not _is_strategy(inputs):
        return _over_seeds(judge, inputs, seed)
    return _over_strategy(judge, inputs, seed)


def _over_seeds(judge: Judge, sampler: Callable[[int], Any], seed: int) -> Verdict:
    """Of the worst status the point with the fewest elements, of as many points again."""
    heard = [judge(_tuple(sampler(seed + k))) for k in range(SAMPLED)]
    worst = min(heard, key=lambda v: v.status.severity)
    if not worst:
        more = (judge(_tuple(sampler(seed + SAMPLED + k))) for k in range(SAMPLED))
        like = [v for v in (*heard, *more) if v.status is worst.status]
        worst = min(like, key=_size)
    return told(worst, len(heard))


def _over_strategy(judge: Judge, strategy: "SearchStrategy[Any]", seed: int) -> Verdict:
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import NoSuchExample

    heard: list[Verdict] = []

    def fails(point: Any) -> bool:
        verdict = judge(_tuple(point))
        heard.append(verdict)
        return not verdict

    from random import Random

    quiet = settings(
        max_examples=SAMPLED,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    try:
        least = find(strategy, fails, settings=quiet, random=Random(seed))
    except NoSuchExample:
        return told(min(heard, key=lambda v: v.status.severity), len(heard))
    return told(judge(_tuple(least)), len(heard))


def _size(verdict: Verdict) -> int:
    return verdict.case.size if isinstance(verdict.case, Subject) else 0


def _tuple(point: Any) -> tuple[Any, ...]:
    return point if isinstance(point, tuple) else (point,)


def _is_strategy(thing: Any) -> bool:
    return hasattr(thing, "example") and hasattr(thing, "map")
