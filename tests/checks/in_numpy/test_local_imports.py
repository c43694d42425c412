"""Imports inside of functions are followed, of packages and of what lies in them."""

from typing import Any

import numpy as np
import pytest

from checks.in_numpy.asking import passed

X = np.array([0.2, 0.7, 1.3])


def taken(x: Any) -> Any:
    """Names are taken from modules within a package."""
    from numpy.linalg import multi_dot
    from scipy.stats import norm

    return multi_dot([x, np.eye(3), x]) + norm.logpdf(x).sum()


def renamed(x: Any) -> Any:
    """A module within a package has another name."""
    import numpy.linalg as la
    import scipy.stats as st

    return la.multi_dot([x, np.eye(3), x]) + st.norm.logpdf(x).sum()


def whole(x: Any) -> Any:
    """A module within a package is imported, and called by all of its name."""
    import numpy.linalg
    import scipy.stats

    return numpy.linalg.multi_dot([x, np.eye(3), x]) + scipy.stats.norm.logpdf(x).sum()


@pytest.mark.parametrize("loss", [taken, renamed, whole])
def test_imports_of_what_lies_in_a_package_are_followed(loss: Any) -> None:
    """Right is right by forward and backward, and a hundredth too large is wrong."""
    verdict = passed(loss, lambda x: 2 * x - x, X)
    assert "forward and backward followed" in verdict.evidence, str(verdict)


def test_a_relative_import_is_another_module(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package may have a module of its own by the name of one that is followed."""
    package = tmp_path / "backproof_relative"
    package.mkdir()
    (package / "__init__.py").write_text(
        "def loss(x):\n    from .math import total\n    return total(x)\n"
    )
    (package / "math.py").write_text("def total(x):\n    return (x ** 2).sum()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from backproof_relative import loss  # type: ignore[import-not-found] # made above

    verdict = passed(loss, lambda x: 2 * x, X)
    assert "forward and backward followed" in verdict.evidence, str(verdict)
