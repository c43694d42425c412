"""The hypotheses in their order, and the diagnosis: the simplest that explains every element."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from backproof.diagnosis import (
    axes,
    bounds,
    calls,
    elements,
    factors,
    jacobians,
    operands,
    parts,
    paths,
    pieces,
    uses,
    variables,
)
from backproof.diagnosis.evidence import Diagnosis, Evidence
from backproof.diagnosis.pattern import LISTED, constant_along, pattern
from backproof.diagnosis.structure import misfits
from backproof.diagnosis.suspect import EPS, Hypothesis, Suspect, as_floats, largest, suspects

HYPOTHESES: tuple[tuple[str, Hypothesis], ...] = (
    ("one-dtype", calls.one_dtype),
    ("imprecise", calls.imprecise),
    ("zero", factors.zero),
    ("sign", factors.sign),
    ("cotangent-ignored", calls.number_ignored),
    ("factor", factors.named_factor),
    ("clipped", factors.rescaled),
    ("factor", factors.factor),
    ("swapped", variables.swapped),
    ("transposed", axes.transposed),
    ("shifted", axes.shifted),
    ("one-sample", axes.same_rows),
    ("wrong-axis", axes.wrong_axis),
    ("cotangent-ignored", calls.cotangent_ignored),
    ("one-sample", parts.one_sample),
    ("regulariser", factors.regulariser),
    ("path-left-out", variables.factor_left_out),
    ("at-the-output", variables.at_the_output),
    ("path-left-out", variables.path_left_out),
    ("counted-twice", variables.path_twice),
    ("diagonal", jacobians.diagonal),
    ("counted-twice", elements.twice_in_part),
    ("path-left-out", paths.output_left_out),
    ("path-left-out", paths.left_out),
    ("path-left-out", paths.slope_left_out),
    ("at-the-output", paths.at_the_result),
    ("counted-twice", paths.both_at_a_tie),
    ("counted-twice", paths.twice),
    ("sign", paths.opposite),
    ("path-left-out", bounds.mask_left_out),
    ("one-sided-clamp", bounds.other_forward),
    ("one-sample", uses.one_term),
    ("assigned", parts.assigned),
    ("assigned", parts.assigned_by_id),
    ("assigned", uses.one_use),
    ("transposed", operands.transposed_operand),
    ("shifted", operands.turned_operand),
    ("transposed", operands.reshaped_cotangent),
    ("diagonal", jacobians.inner_diagonal),
    ("path-left-out", pieces.two_left_out),
    ("path-left-out", pieces.one_for_another),
    ("assigned", uses.one_use_everywhere),
    ("transposed", pieces.transposed),
    ("shifted", pieces.shifted),
    ("factor", pieces.factor),
    ("clipped", factors.clipped),
    ("path-left-out", elements.mask_left_out),
    ("partly-zero", elements.partly_zero),
    ("one-sided-clamp", elements.threshold),
    ("one-sided-clamp", elements.epsilon),
    ("path-left-out", variables.factor_by_axis),
    ("wrong-axis", jacobians.wrong_mixing),
    ("wrong-axis", operands.other_axis),
    ("not-linear", calls.not_linear),
)
"""What is tried, in this order: fewer assumptions first, and what is more special before what is
less. Each explains a whole tensor to rounding, or nothing."""

ROUNDED = 4 * EPS
"""A smaller part is what float64 itself, in which the exact values are given, has to round."""
CONSTANT = 1e-13
"""The largest part of a gradient that the rounding of a constant takes from it."""


def diagnose(evidence: Evidence) -> Diagnosis | None:
    """What is wrong with a gradient; None if nothing is.

    One hypothesis for all wrong tensors goes before any for single ones; otherwise the tensor that
    is furthest off leads, with the others listed under it.
    """
    if evidence.loss is not None and not np.isfinite(evidence.loss):
        return Diagnosis("loss-not-finite", (), f"the loss is {evidence.loss}")
    found, wrong = misfits(evidence), suspects(evidence)
    if not found and not wrong:
        return _constant(evidence)
    found += _of_all(wrong) or _one_by_one(wrong)
    return _led(found, wrong)


def _of_all(wrong: list[Suspect]) -> list[Diagnosis]:
    """The first hypothesis that explains every wrong tensor."""
    for slug, hypothesis in HYPOTHESES if len(wrong) > 1 else ():
        told: list[tuple[Suspect, str]] = []
        for suspect in wrong:
            words = hypothesis(suspect)
            if words is None:
                break
            told.append((suspect, words))
        else:
            return [_joined(slug, told)]
    return []


def _one_by_one(wrong: list[Suspect]) -> list[Diagnosis]:
    """The first hypothesis for each tensor, those of one kind together, the furthest off first."""
    kinds: dict[str, list[tuple[Suspect, str]]] = {}
    for suspect in sorted(wrong, key=_distance, reverse=True):
        slug, words = next(_told(suspect), ("unexplained", ""))
        kinds.setdefault(slug, []).append((suspect, words))
    unexplained = kinds.pop("unexplained", [])
    found = [_joined(slug, told) for slug, told in kinds.items()]
    return found + ([_unexplained([suspect for suspect, _ in unexplained])] if unexplained else [])


def _told(suspect: Suspect) -> Iterator[tuple[str, str]]:
    for slug, hypothesis in HYPOTHESES:
        words = hypothesis(suspect)
        if words is not None:
            yield slug, words


def _joined(slug: str, told: list[tuple[Suspect, str]]) -> Diagnosis:
    """One diagnosis of what is told of several tensors, in one sentence."""
    names: dict[str, list[str]] = {}
    for suspect, words in told:
        names.setdefault(words, []).append(suspect.name)
    detail = "; ".join(f"{_list(same)}: {words}" for words, same in names.items())
    return Diagnosis(slug, tuple(suspect.name for suspect, _ in told), detail)


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:LISTED])
    return f"{shown} and {len(names) - LISTED} more" if len(names) > LISTED else shown


def _unexplained(wrong: list[Suspect]) -> Diagnosis:
    """What no hypothesis explains: how far off it is, and where."""
    worst = wrong[0]
    off = largest(worst.claimed - worst.true)
    detail = f"{worst.name} is off by up to {off:.3g}; the largest true element is"
    where = "; ".join(
        f"{s.name}: {pattern(s.wrong)}{constant_along(s.claimed - s.true)}" for s in wrong
    )
    names = tuple(suspect.name for suspect in wrong)
    return Diagnosis("unexplained", names, f"{detail} {largest(worst.true):.3g}", pattern=where)


def _led(found: list[Diagnosis], wrong: list[Suspect]) -> Diagnosis:
    """The first diagnosis with the rest under it, and the share of wrong elements explained."""
    unknown = {name for d in found if d.slug == "unexplained" for name in d.tensors}
    counts = {suspect.name: int(suspect.wrong.sum()) for suspect in wrong}
    lost = sum(count for name, count in counts.items() if name in unknown)
    share = 1 - lost / sum(counts.values()) if counts else 1.0
    return replace(found[0], explained=share, others=tuple(found[1:]))


def _distance(suspect: Suspect) -> float:
    """How far off a tensor is, as a part of its size."""
    size = max(largest(suspect.true), largest(suspect.claimed))
    return largest(suspect.claimed - suspect.true) / size


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
