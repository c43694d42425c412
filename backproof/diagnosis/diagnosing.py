"""The diagnosis: the simplest hypothesis that explains every element, and what is said with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from backproof.diagnosis.deviation import EPS, Deviation, as_floats, deviations, largest
from backproof.diagnosis.evidence import Diagnosis, Evidence
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.pattern import LISTED, constant_along, pattern
from backproof.diagnosis.structure import misfits
from backproof.diagnosis.table import asked, told

ROUNDED = 4 * EPS
"""A smaller part is what float64 itself, in which the exact values are given, has to round."""
CONSTANT = 1e-13
"""The largest part of a gradient that the rounding of a constant takes from it."""


def diagnose(evidence: Evidence, mistakes: Sequence[Mistake] = ()) -> Diagnosis | None:
    """What is wrong with a gradient; None if nothing is.

    One hypothesis for all wrong tensors goes before any for single ones; otherwise the tensor that
    is furthest off leads, with the others listed under it. mistakes: the steps at which its
    backward pass goes wrong.
    """
    if evidence.loss is not None and not np.isfinite(evidence.loss):
        return Diagnosis("loss-not-finite", (), f"the loss is {evidence.loss}")
    found, wrong = misfits(evidence), deviations(evidence)
    if not found and not wrong:
        return _constant(evidence)
    at = {name: mistake for mistake in mistakes for name in mistake.tensors}
    found += _of_all(wrong, at) or _one_by_one(wrong, at)
    return _led(found, wrong)


def _of_all(wrong: list[Deviation], at: Mapping[str, Mistake]) -> list[Diagnosis]:
    """The first hypothesis that says the same of every wrong tensor."""
    followed = bool(at)
    for slug, hypothesis in asked(followed) if len(wrong) > 1 else ():
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
    detail = "; ".join(f"{_list(same)}: {words}" for words, same in names.items())
    return Diagnosis(slug, tuple(deviation.name for deviation, _ in told), detail)


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown


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


def _led(found: list[Diagnosis], wrong: list[Deviation]) -> Diagnosis:
    """The first diagnosis with the rest under it, and the share of wrong elements explained."""
    unknown = {name for d in found if d.slug == "unexplained" for name in d.tensors}
    counts = {deviation.name: int(deviation.wrong.sum()) for deviation in wrong}
    lost = sum(count for name, count in counts.items() if name in unknown)
    share = 1 - lost / sum(counts.values()) if counts else 1.0
    element = _element(found[0], wrong)
    return replace(found[0], explained=share, others=tuple(found[1:]), element=element)


def _element(diagnosis: Diagnosis, wrong: list[Deviation]) -> str:
    """The worst element of the first tensor as it is and as it should be, and how many are off."""
    mine = [s for s in wrong if s.name in diagnosis.tensors]
    if not mine:
        return ""
    s = max(mine, key=_distance)
    k = np.unravel_index(int(np.argmax(np.abs(s.claimed - s.true))), s.true.shape)
    place = f"[{', '.join(str(int(i)) for i in k)}]" if k else ""
    off, of = sum(int(o.bad.sum()) for o in wrong), sum(o.true.size for o in wrong)
    tensors = s.name if len(wrong) == 1 else f"{len(wrong)} tensors"
    counted = f"{off} of the {of} elements of {tensors} are off"
    return f"{s.name}{place} is {s.claimed[k]:.6g} and should be {s.true[k]:.6g}; {counted}"


def _distance(deviation: Deviation) -> float:
    """How far off a tensor is, as a part of its size."""
    size = max(largest(deviation.true), largest(deviation.claimed))
    return largest(deviation.claimed - deviation.true) / size


def _constant(evidence: Evidence) -> Diagnosis | None:
    """Whether the claim's code, without rounding, is off by the rounding of a constant."""
    parts = {}
    for name, true in evidence.true.items():
        exact, size = as_floats((evidence.exact_claimed or {}).get(name)), largest(true)
        if exact is not None and exact.shape == true.shape and size:
            parts[name] = largest(exact - true) / size
    off = {name: part for name, part in parts.items() if ROUNDED < part < CONSTANT}
    if not off or max(parts.values()) >= CONSTANT:
        return None
    words = f"without rounding {', '.join(off)} would be off by a part of {max(off.values()):.1e}"
    return Diagnosis("constant-rounding", tuple(off), words)
