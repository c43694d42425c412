"""backproof proof-reads backprop: gradients derived by hand against independent witnesses.

Everything is imported when it is first asked for, so that `import backproof` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backproof.checks.check import check, check_layer
    from backproof.checks.check_jax import check_jax
    from backproof.checks.check_torch import check_torch
    from backproof.checks.domains import away_from
    from backproof.diagnosis import explain
    from backproof.faults.claims import Claim
    from backproof.suite.check_case import check_case
    from backproof.suite.truth import gradient
    from backproof.verdict import Finding, GradientError, Status, Verdict
    from backproof.verdict.run import Run

__version__ = "0.1.0"

_HOMES = {
    "Claim": "faults.claims",
    "Finding": "verdict",
    "GradientError": "verdict",
    "Run": "verdict.run",
    "Status": "verdict",
    "Verdict": "verdict",
    "away_from": "checks.domains",
    "check": "checks.check",
    "check_case": "suite.check_case",
    "check_jax": "checks.check_jax",
    "check_layer": "checks.check",
    "check_torch": "checks.check_torch",
    "explain": "diagnosis",
    "gradient": "suite.truth",
}

__all__ = [
    "Claim",
    "Finding",
    "GradientError",
    "Run",
    "Status",
    "Verdict",
    "__version__",
    "away_from",
    "check",
    "check_case",
    "check_jax",
    "check_layer",
    "check_torch",
    "explain",
    "gradient",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'backproof' has no attribute {name!r}")
    home = _HOMES[name]
    if home.startswith(("checks.", "suite.")):
        from backproof.verdict.witnesses import EXACT, require

        require(EXACT)  # nothing of it can be imported without
    return getattr(import_module(f"backproof.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
