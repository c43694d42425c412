"""The one registry of witnesses, and the one place where a witness may abstain."""

from collections.abc import Callable
from importlib import import_module

from architectures import Case
from backproof.claims import TARGET, Claim
from reference.testimony import Testimony

EXACT, TORCH, JAX, DIFFERENCES = "exact", "torch", "jax", "finite differences"
WITNESSES = (EXACT, TORCH, JAX, DIFFERENCES)
PACKAGES = {
    EXACT: "flint",
    TORCH: "torch",
    JAX: "jax",
    DIFFERENCES: "scipy.differentiate",
}
"""The module that each witness cannot do without."""
INSTALL = {
    EXACT: "pip install python-flint",
    TORCH: "pip install 'backproof[torch]'",
    JAX: "pip install 'backproof[jax]'",
    DIFFERENCES: "pip install scipy",
}


class WitnessAbsent(ValueError):
    """What was asked for cannot be done without a witness; the message says how to install it."""


def require(*witnesses: str) -> None:
    """Raise `WitnessAbsent` unless all of these witnesses can be heard."""
    for witness in witnesses:
        if reason := absent(witness):
            raise WitnessAbsent(f"this needs {witness}, which is {reason}")


def absent(witness: str) -> str | None:
    """Why a witness cannot be heard at all on this machine, and what to do; None if it can."""
    try:
        import_module(PACKAGES[witness])
    except ImportError as error:
        return f"absent: {error} ({INSTALL[witness]})"
    return None


def absences() -> dict[str, str]:
    """Every witness that cannot be heard, with the reason."""
    return {witness: reason for witness in WITNESSES if (reason := absent(witness))}


def hear(witness: str, case: Case, claim: Claim) -> Testimony:
    """The testimony of torch, jax or finite differences; silent, with the reason, if it fails."""
    reason = absent(witness)
    if reason is not None:
        return Testimony(witness, silent=reason)
    try:
        return TESTIMONIES[witness](case, claim)
    except Exception as error:  # a witness that breaks down must not take the judge with it
        return Testimony(witness, silent=f"failed: {type(error).__name__}: {error}")


def _torch(case: Case, claim: Claim) -> Testimony:
    from reference import torch_autograd

    return torch_autograd.testify(case)


def _jax(case: Case, claim: Claim) -> Testimony:
    from reference import jax_grad

    return jax_grad.testify(case)


def _differences(case: Case, claim: Claim) -> Testimony:
    from reference import finite_differences

    return finite_differences.testify(case, claim.loss, TARGET)


TESTIMONIES: dict[str, Callable[[Case, Claim], Testimony]] = {
    TORCH: _torch,
    JAX: _jax,
    DIFFERENCES: _differences,
}
