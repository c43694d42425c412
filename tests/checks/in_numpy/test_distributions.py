"""SciPy's distributions are followed where they are written as a formula."""

from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from checks.in_numpy.asking import passed

X, ROOT = np.array([0.2, 0.7, 1.3, 2.1]), np.sqrt(2 * np.pi)
CASES: dict[str, tuple[Any, Any]] = {
    "norm.pdf": (stats.norm.pdf, lambda x: -x * stats.norm.pdf(x)),
    "norm.logcdf": (stats.norm.logcdf, lambda x: np.exp(-(x**2) / 2 - special.log_ndtr(x)) / ROOT),
    "norm.sf": (lambda x: stats.norm.sf(x), lambda x: -stats.norm.pdf(x)),
    "scaled": (
        lambda x: stats.norm.logpdf(x, 0.5, scale=x**2),
        lambda x: -2 / x - (x - 0.5) / x**4 + 2 * (x - 0.5) ** 2 / x**5,
    ),
    "with parameters": (
        lambda x: stats.norm(loc=x, scale=2.0).logpdf(1.0),
        lambda x: (1.0 - x) / 4.0,
    ),
    "gamma.logpdf": (lambda x: stats.gamma.logpdf(x, 2.5), lambda x: 1.5 / x - 1),
    "beta.pdf": (
        lambda x: stats.beta.pdf(x / 3, 2, 3),
        lambda x: 4 * (1 - x / 3) ** 2 - 8 * (x / 3) * (1 - x / 3),
    ),
    "norm.ppf": (
        lambda x: stats.norm.ppf(x / 3, loc=1.0, scale=2.0),
        lambda x: 2 / 3 / stats.norm.pdf(stats.norm.ppf(x / 3)),
    ),
    "expon.cdf": (stats.expon.cdf, lambda x: np.exp(-x)),
    "poisson.logpmf": (lambda x: stats.poisson.logpmf(3, x), lambda x: 3 / x - 1),
    "logistic.cdf": (stats.logistic.cdf, lambda x: special.expit(x) * special.expit(-x)),
}
"""A function of x and its slope."""


@pytest.mark.parametrize("name", list(CASES))
def test_distributions_are_followed(name: str) -> None:
    """A right slope is right by forward and backward, one a hundredth too large is wrong."""
    function, slope = CASES[name]
    verdict = passed(lambda x: function(x).sum(), slope, X)
    assert "forward and backward followed" in verdict.evidence, str(verdict)


def test_outside_of_its_support_a_density_is_flat() -> None:
    """Nothing is followed into a formula that does not hold there."""
    x = np.array([-1.0, 0.5, 2.0])
    verdict = passed(
        lambda v: (stats.expon.pdf(v) ** 2).sum(), lambda v: -2 * np.exp(-2 * v) * (v > 0), x
    )
    assert "forward and backward followed" in verdict.evidence, str(verdict)


def test_what_is_found_by_integration_is_told_by_differences() -> None:
    """A distribution without a formula for its probabilities leaves the record."""
    own = stats.gausshyper(2.0, 3.0, 1.0, 0.5)
    verdict = passed(lambda x: own.cdf(x / 3).sum(), lambda x: own.pdf(x / 3) / 3, X)
    assert "finite differences" in verdict.evidence, str(verdict)


def test_polygamma_and_its_kin_are_followed() -> None:
    """Of a whole order, 0 among them, and the logarithm of the multivariate gamma function."""

    def loss(x: Any) -> Any:
        return (special.polygamma(1, x) + special.polygamma(0, x)).sum() + special.multigammaln(
            x[3], 2
        )

    def gradient(x: Any) -> Any:
        g = special.polygamma(2, x) + special.polygamma(1, x)
        g[3] += special.psi(x[3]) + special.psi(x[3] - 0.5)
        return g

    assert "forward and backward followed" in passed(loss, gradient, X).evidence
