"""NaN gradients on trial: the step whose slope is undefined, and the mend."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backproof.checks.claim import Context
from backproof.checks.measure import measure
from backproof.diagnosis import Diagnosis, explained
from backproof.programs.numpy.running import run_pair

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def where_loss(x: Any) -> Any:
    """sqrt where it is defined."""
    return np.where(x > 0, np.sqrt(x), 0.0).sum()


def where_gradient(x: Any) -> Any:
    """A mask times an infinite slope."""
    return np.where(x > 0, 1.0, 0.0) * 0.5 / np.sqrt(x)


def norm_loss(x: Any) -> Any:
    """|x|^2 by way of |x|."""
    return np.sqrt((x * x).sum()) ** 2


def norm_gradient(x: Any) -> Any:
    """2 |x| x / |x|."""
    r = np.sqrt((x * x).sum())
    return 2 * r * x / r


def entropy_loss(x: Any) -> Any:
    """x log x, 0 at 0."""
    return (x * np.where(x > 0, np.log(x), 0.0)).sum()


def entropy_gradient(x: Any) -> Any:
    """A mask times log 0."""
    return np.where(x > 0, 1.0, 0.0) * (np.log(x) + 1)


def sinc_loss(x: Any) -> Any:
    """sin(x) / x, 1 at 0."""
    return np.where(x == 0, 1.0, np.sin(x) / x).sum()


def sinc_gradient(x: Any) -> Any:
    """0 / 0 at 0."""
    return np.where(x == 0, 0.0, 1.0) * (np.cos(x) * x - np.sin(x)) / x**2


def softplus_loss(x: Any) -> Any:
    """log(1 + e^x)."""
    return np.logaddexp(0, x).sum()


def softplus_gradient(x: Any) -> Any:
    """inf / inf for large x."""
    return np.exp(x) / (1 + np.exp(x))


def diagnosed(loss: Any, gradient: Any, x: Any, follow: bool = True) -> Diagnosis | None:
    """What is said of a loss and its gradient at x."""
    run = run_pair(loss, gradient, {"x": x}, lambda at: [at["x"]], lambda g: {"x": g})
    run = run if follow else replace(run, claimed={"x": None})
    measured = measure(run, run.returned, {"x": np.float64}, 0)
    return explained(measured, Context({"x": x}))


@pytest.mark.parametrize("follow", [True, False])
@pytest.mark.parametrize(
    ("loss", "gradient", "x", "step", "mend"),
    [
        (where_loss, where_gradient, [0.0, 1.0, 2.0], "`np.sqrt(x)`", "double `where`"),
        (norm_loss, norm_gradient, [0.0, 0.0], "`np.sqrt((x * x).sum())`", "inside the root"),
        (entropy_loss, entropy_gradient, [0.0, 1.0], "`np.log(x)`", "double `where`"),
        (sinc_loss, sinc_gradient, [0.0, 1.0], "`np.sin(x) / x`", "double `where`"),
    ],
)
def test_an_undefined_slope_is_named(
    loss: Any, gradient: Any, x: list[float], step: str, mend: str, follow: bool
) -> None:
    """The true value, the expression with its line and the mend, followed or not."""
    found = diagnosed(loss, gradient, np.array(x), follow)
    assert found is not None and found.code == "BP122" and found.tensors == ("x",)
    assert step in found.detail and mend in found.detail and "at 0" in found.detail
    assert found.detail.startswith("x[0] is nan and should be 0")
    assert "test_undefined.py:" in found.detail


def test_overflow_is_no_undefined_slope() -> None:
    """inf / inf where the slope is 1: an overflow, at the line where it begins."""
    found = diagnosed(softplus_loss, softplus_gradient, np.array([1.0, 800.0]))
    assert found is not None and found.code == "BP206"
    assert "`np.exp(x)`" in found.detail and "overflows" in found.detail


def test_finite_gradients_are_left_alone() -> None:
    """The same functions where nothing is undefined have no diagnosis."""
    for loss, gradient in ((norm_loss, norm_gradient), (entropy_loss, entropy_gradient)):
        assert diagnosed(loss, gradient, np.array([0.5, 1.5])) is None
