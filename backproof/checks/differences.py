"""Where exact arithmetic cannot go: finite differences of the author's own code, in float64."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backproof.checks.claim import Claim
from backproof.checks.directions import along_directions
from backproof.checks.ladder import Heard
from backproof.differences.findings import judged
from backproof.differences.witness import Slopes, differentiate
from backproof.exact.precision import FLOAT64, Array, Precision, precision_of
from backproof.verdict import Finding
from backproof.verdict.decisions import MOST_ELEMENTS
from backproof.verdict.numeric import BUDGET
from backproof.verdict.witnesses import DIFFERENCES


def by_differences(
    claim: Claim, results: Mapping[str, Array], heard: Heard, seed: int, budget: int = BUDGET
) -> list[Finding]:
    """A finding for each tensor; the witness is silent where the loss cannot be run.

    budget: evaluations of the loss.
    """
    try:
        if claim.size > MOST_ELEMENTS:
            return along_directions(claim, results, heard, seed)
        return _element_by_element(claim, results, heard, seed, budget)
    except Exception as error:  # the code in a format that is not its own
        heard.silent[DIFFERENCES] = f"the code raises {type(error).__name__}: {error}"
        return []


def _element_by_element(
    claim: Claim, results: Mapping[str, Array], heard: Heard, seed: int, budget: int
) -> list[Finding]:
    at = {name: np.asarray(t, dtype=np.float64) for name, t in claim.at.items()}
    gradients = dict(results)
    found = differentiate(claim.runs.value, at, list(gradients), seed, budget, claimed=gradients)
    known = [s.resolution for s in found.values() if np.isfinite(s.resolution)]
    heard.resolution = max(known, default=None)
    heard.slopes = {n: _values(s) for n, s in found.items() if s.complete}
    return [judged(n, found[n], g, _format(claim, n)) for n, g in gradients.items()]


def _format(claim: Claim, name: str) -> Precision:
    return precision_of(claim.dtypes[name]) or FLOAT64


def _values(found: Slopes) -> Any:
    return np.array([s.value for s in found.slopes]).reshape(found.tensor.shape)
