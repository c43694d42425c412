"""What a run ran on: the versions that its figures belong to."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "backproof",
    "numpy",
    "scipy",
    "python-flint",
    "torch",
    "jax",
    "hypothesis",
    "scikit-learn",
)


def environment() -> dict[str, str | None]:
    """The version of everything a verdict may depend on; None for what is not installed."""
    found: dict[str, str | None] = {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found
