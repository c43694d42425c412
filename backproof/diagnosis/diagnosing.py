"""The diagnosis: the simplest hypothesis that explains every element, and what is said with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backproof.diagnosis.deviation import Deviation, deviations, largest
from backproof.diagnosis.evidence import Diagnosis, Evidence
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.pattern import constant_along, listed, pattern
from backproof.diagnosis.structure import misfits
from backproof.diagnosis.table import asked, told


def diagnose(evidence: Evidence, mistakes: Sequence[Mistake] = ()) -> Diagnosis | None:
    """What is wrong with a gradient; None if nothing is.

    One hypothesis for all wrong tensors goes before any for single ones; otherwise the tensor that
    is furthest off leads, with the others listed under it. mistakes: the steps at which its
    backward pass goes wrong.
    """
    found, wrong = list(misfits(evidence)), deviations(evidence)
    at = {name: mistake for mistake in mistakes for name in mistake.tensors}
    found += _of_all(wrong, at) or _one_by_one(wrong, at)
    return replace(found[0], others=tuple(found[1:])) if found else None


def _of_all(wrong: list[Deviation], at: Mapping[str, Mistake]) -> list[Diagnosis]:
    """The first hypothesis that says the same of every wrong tensor."""
    surrogate = any(mistake.is_surrogate for mistake in at.values())
    for slug, hypothesis in asked(bool(at)) if len(wrong) > 1 and not surrogate else ():
        told: list[tuple[Deviation, str]] = []
        for deviation in wrong:
            words = hypothesis(deviation)
            if words is None or (told and words != told[0][1]):
                break
            told.append((deviation, words))
        else:
            return [_placed(_joined(slug, told), at)]
    return []


def _one_by_one(wrong: list[Deviation], at: Mapping[str, Mistake]) -> list[Diagnosis]:
    """The first hypothesis for each tensor, those of one kind together, the furthest off first.

    Tensors that one step makes wrong are one kind, whatever each of them looks like.
    """
    kinds: dict[Any, list[tuple[Deviation, str]]] = {}
    for deviation in sorted(wrong, key=_distance, reverse=True):
        mistake = at.get(deviation.name)
        if mistake is not None and mistake.step.number in {k[1] for k in kinds if k[1] is not None}:
            key = next(k for k in kinds if k[1] == mistake.step.number)
            kinds[key].append((deviation, ""))
            continue
        slug, words = next(told(deviation, mistake), ("unexplained", ""))
        number = None if mistake is None else mistake.step.number
        kinds.setdefault((slug, number), []).append((deviation, words))
    unexplained = kinds.pop(("unexplained", None), [])
    found = [_placed(_joined(slug, told), at) for (slug, _), told in kinds.items()]
    return found + (
        [_unexplained([deviation for deviation, _ in unexplained])] if unexplained else []
    )


def _placed(diagnosis: Diagnosis, at: Mapping[str, Mistake]) -> Diagnosis:
    """A diagnosis with the step that makes its first tensor wrong."""
    mistake = at.get(diagnosis.tensors[0])
    if mistake is None or str(mistake) in diagnosis.detail:
        return diagnosis
    return replace(diagnosis, step=f"in {mistake}")


def _joined(slug: str, told: list[tuple[Deviation, str]]) -> Diagnosis:
    """One diagnosis of what is told of several tensors, in one sentence."""
    names: dict[str, list[str]] = {}
    for deviation, words in told:
        names.setdefault(words or told[0][1], []).append(deviation.name)
    detail = "; ".join(f"{listed(same)}: {words}" for words, same in names.items())
    return Diagnosis(slug, tuple(deviation.name for deviation, _ in told), detail)


def _unexplained(wrong: list[Deviation]) -> Diagnosis:
    """What no hypothesis explains: how far off it is, and where."""
    worst = wrong[0]
    off = largest(worst.claimed - worst.true)
    detail = f"{worst.name} is off by up to {off:.3g}; the largest true element is"
    where = "; ".join(
        f"{s.name}: {pattern(s.bad)}{constant_along(s.claimed - s.true)}" for s in wrong
    )
    names = tuple(deviation.name for deviation in wrong)
    return Diagnosis("unexplained", names, f"{detail} {largest(worst.true):.3g}", pattern=where)


def _distance(deviation: Deviation) -> float:
    """How far off a tensor is, as a part of its size."""
    size = max(largest(deviation.true), largest(deviation.claimed))
    return largest(deviation.claimed - deviation.true) / size
