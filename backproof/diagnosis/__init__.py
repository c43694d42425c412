"""What is wrong with a gradient, explained: codes with their pages, and hypotheses put to the test.

A hypothesis counts only if it reproduces the claim to rounding, so that no diagnosis is a guess.
"""

from backproof.diagnosis.codes import CODES, code_of, explain
from backproof.diagnosis.diagnosing import diagnose
from backproof.diagnosis.evidence import Diagnosis, Evidence
from backproof.diagnosis.explaining import explained
from backproof.diagnosis.pages import Code
from backproof.diagnosis.pattern import pattern
from backproof.diagnosis.planted import match_planted
from backproof.diagnosis.table import HYPOTHESES

__all__ = [
    "CODES",
    "HYPOTHESES",
    "Code",
    "Diagnosis",
    "Evidence",
    "code_of",
    "diagnose",
    "explain",
    "explained",
    "match_planted",
    "pattern",
]
