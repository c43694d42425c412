"""The diagnosis of a measured claim: slopes that are undefined, the step at fault, hypotheses."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from backproof.diagnosis.backward import mistakes
from backproof.diagnosis.diagnosing import diagnose
from backproof.diagnosis.evidence import Arrays, Context, Diagnosis
from backproof.diagnosis.gathering import Measured, Recording, evidence_of
from backproof.diagnosis.lost import is_rounding
from backproof.diagnosis.lost import lost as digits_lost
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.runs import program
from backproof.diagnosis.surrogates import as_surrogate
from backproof.diagnosis.undefined import undefined
from backproof.programs.run import Run


def explained(
    measured: Measured,
    context: Context,
    record: Recording | None = None,
    misshapen: Arrays = MappingProxyType({}),
) -> Diagnosis | None:
    """What is wrong with the gradients of a measured claim; None if nothing is found to be.

    context: all arguments, a layer's output and cotangent, the claim asked again. record: a run
    of it at other tensors. misshapen: gradients of another shape than their tensors.
    """
    with np.errstate(all="ignore"):
        return _explained(measured, context, record, misshapen)


def _explained(
    measured: Measured, context: Context, record: Recording | None, misshapen: Arrays
) -> Diagnosis | None:
    lost = undefined(measured)
    if lost is not None and lost.slug == "undefined-slope":
        return lost
    rounding = is_rounding(measured)
    mistakes = [] if rounding else followed(measured.run)
    evidence = evidence_of(measured, context, record, misshapen)
    found = diagnose(evidence, mistakes)
    if not rounding and found is not None and found.slug == "imprecise":  # nearly right is wrong
        found = diagnose(replace(evidence, exact_claimed={}), mistakes)
    if rounding and (found is None or found.slug == "imprecise"):
        found = digits_lost(measured) or found
    return found if lost is None or (found is not None and found.slug != "not-finite") else lost


def followed(run: Run) -> list[Mistake]:
    """The steps at which a claim's backward pass goes wrong, as far as it was followed."""
    with np.errstate(all="ignore"):
        found = program(run)
        told = [] if found is None or not found.wrong else mistakes(found)
        return [as_surrogate(found, mistake) for mistake in told] if found else told
