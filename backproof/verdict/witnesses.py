"""The one registry of witnesses: what each needs, and whether it can be heard here."""

from importlib import import_module

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
