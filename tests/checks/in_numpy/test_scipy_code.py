"""SciPy's functions that are written in Python are followed in that Python."""

from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
from scipy import special, stats
from scipy.spatial import distance

from checks.in_numpy.asking import passed

X, Y = np.array([0.4, 0.7, 1.3, 2.1]), np.array([1.0, 0.2, 0.5, 0.9])
P = np.diag([3.0, 4.0, 5.0, 7.0]) + 0.5
Q = np.outer(X, Y) - 0.3


def _sylvester(g: Any) -> Any:
    return scipy.linalg.solve_sylvester(P.T, 2 * P.T, g)


def _banded(x: Any) -> Any:
    bands = np.array([[0.0, 1.0, 1.0, 1.0], x + 4.0, [2.0, 2.0, 2.0, 0.0]])
    return scipy.linalg.solve_banded((1, 1), bands, Y)


def _of_banded(x: Any) -> Any:
    whole = np.diag(x + 4.0) + np.diag(np.ones(3), 1) + 2 * np.diag(np.ones(3), -1)
    return -np.linalg.solve(whole.T, X) * np.linalg.solve(whole, Y)


CASES: dict[str, tuple[Any, Any, Any]] = {
    "multivariate normal": (
        lambda x: stats.multivariate_normal.logpdf(x, Y, P),
        lambda x: -np.linalg.solve(P, x - Y),
        X,
    ),
    "multivariate normal, frozen": (
        lambda x: stats.multivariate_normal(x, P).logpdf(Y),
        lambda x: np.linalg.solve(P, Y - x),
        X,
    ),
    "dirichlet": (
        lambda a: stats.dirichlet.logpdf(Y / Y.sum(), a),
        lambda a: np.log(Y / Y.sum()) + special.psi(a.sum()) - special.psi(a),
        X,
    ),
    "t.cdf": (lambda x: stats.t.cdf(x - 1, 4).sum(), lambda x: stats.t.pdf(x - 1, 4), X),
    "chi2.cdf": (lambda x: stats.chi2.cdf(x, 3).sum(), lambda x: stats.chi2.pdf(x, 3), X),
    "f.sf": (lambda x: stats.f.sf(x, 3, 5).sum(), lambda x: -stats.f.pdf(x, 3, 5), X),
    "poisson.cdf": (
        lambda m: stats.poisson.cdf(np.arange(4), m).sum(),
        lambda m: -stats.poisson.pmf(np.arange(4), m),
        X,
    ),
    "gmean": (lambda x: stats.gmean(x), lambda x: stats.gmean(x) / x / 4, X),
    "trapezoid": (
        lambda x: scipy.integrate.trapezoid(x**2, dx=0.5),
        lambda x: np.array([0.5, 1.0, 1.0, 0.5]) * x,
        X,
    ),
    "canberra": (
        lambda x: distance.canberra(x, Y + 2),
        lambda x: -2 * (Y + 2) / (x + Y + 2) ** 2,
        X,
    ),
    "logsumexp with weights": (
        lambda x: special.logsumexp(x, b=Y),
        lambda x: Y * np.exp(x) / (Y * np.exp(x)).sum(),
        X,
    ),
    "sqrtm": (
        lambda a: np.trace(scipy.linalg.sqrtm(a)),
        lambda a: np.linalg.inv(scipy.linalg.sqrtm(a)).T / 2,
        P,
    ),
    "solve_sylvester": (
        lambda q: (scipy.linalg.solve_sylvester(P, 2 * P, q) * Q).sum(),
        lambda q: _sylvester(Q),
        Q + P,
    ),
    "solve_banded": (lambda x: _banded(x) @ X, _of_banded, X),
    "eigvalsh": (
        lambda a: scipy.linalg.eigh(a @ a.T, eigvals_only=True).sum(),
        lambda a: 2 * a,
        Q + P,
    ),
    "integers beside floats": (
        lambda x: sum(np.log(k + 1) @ v for v, k in [np.broadcast_arrays(x, np.arange(4))]),
        lambda x: np.log(np.arange(4) + 1),
        X,
    ),
}
"""A function, its gradient, and the point."""


@pytest.mark.parametrize("name", list(CASES))
def test_libraries_are_followed(name: str) -> None:
    """A right gradient is right by forward and backward, one a hundredth too large is wrong."""
    function, gradient, at = CASES[name]
    verdict = passed(function, gradient, at)
    assert "forward and backward followed" in verdict.evidence, str(verdict)
