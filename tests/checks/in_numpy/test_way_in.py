"""What may be asked of `check`, and how it is answered."""

from typing import Any

import numpy as np
import pytest

import backproof
from backproof.verdict import Status, Verdict
from checks.in_numpy.functions import X, double, square


def test_a_wrong_forward_with_a_consistent_gradient_is_seen_by_the_reference_alone() -> None:
    """Without a reference it is right; with one the forward is detected by BP401."""
    assert backproof.check(square, double, X)
    verdict = backproof.check(square, double, X, reference=lambda x: (x**3).sum())
    assert verdict.status is Status.WRONG
    assert verdict.code == "BP401"
    assert backproof.check(square, double, X, reference=lambda x: (x**2).sum())


def test_argnums_choose_what_is_differentiated() -> None:
    """The gradient of one argument is asked for; the other may be anything."""

    def loss(w: Any, x: Any) -> Any:
        return (w * x * x).sum()

    assert backproof.check(loss, lambda w, x: x * x, X, 3 * X, argnums=0)
    assert not backproof.check(loss, lambda w, x: x * x, X, 3 * X, argnums=1)


def test_a_float32_engine_is_judged_by_its_own_code_lifted() -> None:
    """The rounding of float32 is no fault, a fault of 1e-3 in one element is."""

    def gradient(x: Any) -> Any:
        return np.exp(x.astype(np.float32), dtype=np.float32)

    def spoiled(x: Any) -> Any:
        g = gradient(x)
        g[1, 2] *= np.float32(1.001)
        return g

    def loss(x: Any) -> Any:
        return np.exp(x.astype(np.float32)).sum()

    right = backproof.check(loss, gradient, X, dtype=np.float32)
    assert right.status is Status.CORRECT, str(right)
    wrong = backproof.check(loss, spoiled, X, dtype=np.float32)
    assert wrong.status is Status.WRONG
    assert next(f for f in wrong.findings if f.status is Status.WRONG).worst == (1, 2)


def test_what_the_code_prints_is_not_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """However often it is run, and whatever it is run on."""

    def loss(x: Any) -> Any:
        print("loss at", x)
        return (x * x).sum()

    assert backproof.check(loss, double, X)
    assert not backproof.check(loss, lambda x: -double(x), X)
    assert capsys.readouterr().out == ""


def test_code_that_leaves_when_it_meets_another_array_does_not_take_the_judge_along() -> None:
    """sys.exit on anything but its own arrays: no record is made, and differences decide."""

    def loss(x: Any) -> Any:
        if hasattr(x, "tape"):
            raise SystemExit(1)
        return (x * x).sum()

    verdict = backproof.check(loss, double, X)
    assert verdict.status is Status.CORRECT
    assert "sys.exit(1)" in verdict.silent["exact"]
    assert backproof.check(loss, lambda x: -double(x), X).code == "BP101"


def test_a_tensor_may_be_called_loss() -> None:
    """The name of the result is no name that an argument cannot have."""
    assert backproof.check(lambda loss: (loss * loss).sum(), lambda loss: 2 * loss, X)


def test_what_cannot_be_called_is_refused() -> None:
    """By the name of the argument."""
    with pytest.raises(TypeError, match="gradient is a ndarray: it must be a function"):
        backproof.check(square, 2 * X, X)
    with pytest.raises(TypeError, match="forward is a int"):
        backproof.check_layer(3, None, X)
    with pytest.raises(TypeError, match="function is a ndarray"):
        backproof.check_jax(X, X)


@pytest.mark.parametrize(("args", "inputs"), [((), None), ((X,), lambda seed: X)])
def test_arguments_or_a_sampler_are_needed(args: Any, inputs: Any) -> None:
    """Neither, or both, is a mistake that is said."""
    with pytest.raises(ValueError, match="inputs="):
        backproof.check(square, double, *args, inputs=inputs)


def test_a_verdict_is_data_and_a_page(tmp_path: Any) -> None:
    """It goes to JSON and back, and onto a page of its own."""
    verdict = backproof.check(square, lambda x: -2 * x, X)
    assert Verdict.from_json(verdict.to_json()) == verdict
    verdict.to_html(tmp_path / "one.html")
    page = (tmp_path / "one.html").read_text()
    assert verdict.case.id in page and "BP101" in page


def test_a_large_gradient_is_judged_along_directions() -> None:
    """Beyond what balls can follow a column that is off is still seen, and the reach is told."""
    from backproof.power.scale import measure_scale

    found = measure_scale(150_000)
    assert found.passed and found.detected
    assert "in one element" in found.resolution
