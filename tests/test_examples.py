"""The examples are on trial: what they call right agrees with differences, the rest does not."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from wild_frameworks import FrameworkClaim
from wild_frameworks.driving import Driven, drive, slopes

import backproof

pytest_plugins = ["pytester"]

EXAMPLES = Path(__file__).parent.parent / "examples"
SCRIPTS = {
    "affine_layer": "check_layer",
    "gelu_function": "check_torch",
    "logistic_regression": "check",
    "lstm_cell": "check_layer",
    "softmax_vjp": "check_jax",
}
"""Each script, and the way in that it shows."""
KERNELS = ("fused_rms_norm", "streaming_attention")
"""Scripts with a kernel beside its plain form."""

RESOLVED = 1e-9


def of_pair(loss: Any, gradient: Any, *args: Any) -> Driven:
    """A loss and its gradient; integers have none."""
    moving = [k for k, a in enumerate(args) if np.asarray(a).dtype.kind == "f"]

    def at(given: Any) -> list[Any]:
        own = dict(zip(moving, given, strict=True))
        return [own.get(k, a) for k, a in enumerate(args)]

    def slots(given: Any, scale: float = 1.0) -> list[Any]:
        claimed = gradient(*at(given))
        return [scale * np.asarray(claimed[k]) for k in moving]

    leaves = tuple(np.asarray(args[k]) for k in moving)
    return Driven(leaves, lambda given: float(loss(*at(given))), slots)


def of_layer(forward: Any, backward: Any, *inputs: Any) -> Driven:
    """A layer, by the sum of its outputs times random numbers."""
    draw = np.random.default_rng(9).standard_normal
    y, _ = forward(*inputs)
    several = isinstance(y, tuple)
    dy = tuple(draw(part.shape) for part in y) if several else draw(y.shape)

    def loss(*given: Any) -> float:
        y, _ = forward(*given)
        return sum(np.vdot(a, b) for a, b in zip(y, dy, strict=True)) if several else np.vdot(y, dy)

    def gradient(*given: Any) -> Any:
        _, cache = forward(*given)
        found = cache(dy) if backward is None else backward(dy, cache)
        return found if isinstance(found, tuple) else (found,)

    return of_pair(loss, gradient, *inputs)


def of_framework(way: Any) -> Callable[..., Driven]:
    """A function with its own rule."""
    return lambda *call: drive(FrameworkClaim("", way, lambda seed: call, True, "", ""), 0)


DRIVEN: dict[str, Callable[..., Driven]] = {
    "check": of_pair,
    "check_layer": of_layer,
    "check_torch": of_framework("check_torch"),
    "check_jax": of_framework("check_jax"),
}


def is_right(way: str, call: Any) -> bool:
    """Whether what is given to a way in has the slopes that are measured, in every argument."""
    found = slopes(DRIVEN[way](*call), 0)
    return all(abs(claimed - measured) < RESOLVED * size for claimed, measured, size in found)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_asks_for_a_right_and_then_for_a_wrong_gradient(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it asks twice, by the one way in that it is there to show."""
    asked: list[tuple[str, Any]] = []
    for way in DRIVEN:
        record = lambda *call, way=way: asked.append((way, call))  # noqa: E731 -- one for each way
        monkeypatch.setattr(backproof, way, record, raising=False)
    runpy.run_path(str(EXAMPLES / f"{script}.py"), run_name="__main__")
    assert [way for way, _ in asked] == [SCRIPTS[script]] * 2
    assert [is_right(way, call) for way, call in asked] == [True, False]


@pytest.mark.parametrize("script", KERNELS)
def test_a_kernel_has_the_gradient_of_its_plain_form_and_its_twin_has_not(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the digits of half precision, against torch's autograd in float64."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(backproof, "check_torch", lambda *call, **_: asked.append(call))
    found = runpy.run_path(str(EXAMPLES / f"{script}.py"), run_name="__main__")
    for (kernel, *inputs), right in zip(asked, (True, False), strict=True):
        ours = backward(kernel, [x.clone() for x in inputs])
        true = backward(found["plain"], [x.double() for x in inputs])
        off = max(
            float((a - b).abs().max() / b.abs().max()) for a, b in zip(ours, true, strict=True)
        )
        assert off < 0.02 if right else off > 0.1


def backward(function: Any, inputs: list[Any]) -> list[Any]:
    """The gradients of the sum of a function's outputs times 1, -1, 1, ... in float64."""
    leaves = [x.requires_grad_() for x in inputs]
    y = function(*leaves)
    y.backward(torch.ones_like(y) - 2.0 * (torch.arange(y.numel()) % 2).reshape(y.shape).to(y))
    return [x.grad.double() for x in leaves]


@pytest.mark.parametrize("script", [*SCRIPTS, *KERNELS])
def test_a_script_passes_the_right_one_and_names_the_cause_of_the_wrong(
    script: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a reader runs it: the right gradient is correct, the wrong one is wrong and explained."""
    runpy.run_path(str(EXAMPLES / f"{script}.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert said.startswith("CORRECT")
    assert said.count("\nWRONG") == 1
    assert "BP199" not in said
    assert "\nBP" in said


def test_the_tests_by_fixture_pass_as_they_stand(pytester: pytest.Pytester) -> None:
    """The example for pytest is a test file that a reader can run."""
    pytester.makepyfile((EXAMPLES / "test_with_pytest.py").read_text())
    pytester.runpytest_subprocess().assert_outcomes(passed=6)


@pytest.mark.parametrize("prefix", ["", "right_softmax_", "wrong_softmax_"])
def test_the_file_of_claims_says_which_are_right(prefix: str) -> None:
    """Every pair is found by its prefix, together with its arguments."""
    found = runpy.run_path(str(EXAMPLES / "claims.py"))
    loss, gradient, inputs = (found[prefix + name] for name in ("loss", "gradient", "inputs"))
    for seed in range(3):
        assert is_right("check", (loss, gradient, *inputs(seed))) is not prefix.startswith("wrong")


def test_the_tests_by_fixture_are_told_right_from_wrong() -> None:
    """The gradients in the example for pytest are what its tests take them for."""
    found = runpy.run_path(str(EXAMPLES / "test_with_pytest.py"))
    y, x = np.random.default_rng(1).standard_normal((2, 4))
    for kind in ("right", "wrong"):
        pair = found["mean_squared_error"], found[f"{kind}_gradient"], y, x
        layer = found["tanh_forward"], found[f"{kind}_tanh_backward"], x
        assert is_right("check", pair) is is_right("check_layer", layer) is (kind == "right")


def test_every_example_is_here() -> None:
    """No file lies among the examples that no test has heard of."""
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {
        *SCRIPTS,
        *KERNELS,
        "claims",
        "test_with_pytest",
    }
