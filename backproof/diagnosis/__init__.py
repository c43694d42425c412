"""What is wrong with a gradient, explained: codes with their pages, and hypotheses put to the test.

A hypothesis counts only if it reproduces the claim to rounding, so that no diagnosis is a guess.
What needs exact arithmetic is imported when it is first asked for: codes are told without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backproof.diagnosis.codes import CODES, code_of, explain
from backproof.diagnosis.pages import Code

if TYPE_CHECKING:
    from backproof.diagnosis.diagnosing import diagnose
    from backproof.diagnosis.evidence import Diagnosis, Evidence
    from backproof.diagnosis.explaining import explained
    from backproof.diagnosis.table import HYPOTHESES

_HOMES = {
    "HYPOTHESES": "table",
    "Diagnosis": "evidence",
    "Evidence": "evidence",
    "diagnose": "diagnosing",
    "explained": "explaining",
}

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
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'backproof.diagnosis' has no attribute {name!r}")
    return getattr(import_module(f"backproof.diagnosis.{_HOMES[name]}"), name)
