"""Every operation of ATen that is followed, on trial against torch: its value, the true gradient
that follows from its record, and torch's own backward operations, recorded in their turn.
"""

from typing import Any

import numpy as np
import pytest
import torch

from backproof.exact.evaluate import over_floats
from programs.aten.arguments import examples
from programs.aten.draws import R, aten
from programs.aten.examples import further
from programs.aten.judging import differentiable, recorded, residues, truth_apart, values_apart

EXAMPLES, FURTHER = examples(seed=0), further(seed=0)
NOT_DIFFERENTIABLE = {
    "copy": "torch has no derivative of it",
    "native_batch_norm_backward": "torch refuses its derivative",
    "native_group_norm_backward": "torch refuses its derivative",
    "scatter": "an example whose own backward torch refuses",
    "scatter_add": "an example whose own backward torch refuses",
    "empty": "what lies in memory",
    "empty_permuted": "what lies in memory",
    "new_empty_strided": "what lies in memory",
    "getitem": "no operation of ATen",
}
WRONG_IN_TORCH = {"as_strided_scatter"}
"""Its gradient by its first argument is that of the places that were overwritten."""


def _operation(name: str) -> Any:
    found = aten
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _floating(result: Any) -> bool:
    every = result if isinstance(result, tuple | list) else [result]
    return any(isinstance(y, torch.Tensor) and y.is_floating_point() for y in every)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - set(NOT_DIFFERENTIABLE) - WRONG_IN_TORCH))
def test_an_operation_and_its_backward_are_what_torch_computes(name: str) -> None:
    """In balls and in floats again, decisions taken afresh; to float64's rounding, the claim's
    formula far beyond it.
    """
    for example in EXAMPLES[name]:
        named = example[-1] if isinstance(example[-1], dict) else {}
        given = example[: len(example) - bool(named)]
        function, tensors = differentiable(_operation(name), given, named)
        if not tensors or not _floating(function(*tensors)):
            continue
        run = recorded(function, *tensors)
        if any(y.precision and y.precision.bits < 53 for y in run.outputs.values()):
            continue
        assert values_apart(run) < 1e-13
        ys = list(run.outputs.values())
        for y, again in zip(ys, over_floats(ys, afresh=True), strict=True):
            np.testing.assert_allclose(again, y.value, rtol=1e-12, atol=1e-13)
        if not any(isinstance(g, np.ndarray) for g in run.returned.values()):
            continue
        if (
            name != "amax"
        ):  # of equal elements torch gives each a share, the record all to the first
            assert truth_apart(run) < (1e-9 if name == "digamma" else 1e-11)
            assert all(r < 1e-16 for r in residues(run).values())


@pytest.mark.parametrize("name", sorted(FURTHER))
def test_a_function_and_its_backward_are_what_torch_computes(name: str) -> None:
    """The same of whole functions: norms, losses, linear algebra, images, choices."""
    function, tensors = FURTHER[name]
    run = recorded(function, *tensors)
    inexact = 1e-6 if name == "hardsigmoid" else 1e-10  # torch has a sixth in float32 there
    assert values_apart(run) < 1e-12
    assert truth_apart(run) < inexact
    bits = 1400 if name == "logcumsumexp" else 200  # torch marks zeros there by the lowest float
    assert all(r < 1e-15 for r in residues(run, bits).values())


def test_a_wrong_derivative_of_torch_is_seen() -> None:
    """as_strided_scatter, 2.13: the gradient by what is written over is given where it is lost."""
    function, tensors = differentiable(_operation("as_strided_scatter"), *_scattered())
    assert max(residues(recorded(function, *tensors)).values()) > 0.1


def _scattered() -> tuple[Any, dict[str, Any]]:
    return EXAMPLES["as_strided_scatter"][0], {}


@pytest.mark.parametrize(
    "name",
    ["glu", "softmax", "soft margin, none", "logits, mean", "layer norm", "grid, bilinear, zeros"],
)
def test_a_decomposition_of_halves_is_followed_as_kernels_compute_it(name: str) -> None:
    """In float32 inside, with no value lost where a composite operation casts."""
    function, tensors = FURTHER[name]
    run = recorded(function, *(x.to(torch.bfloat16) for x in tensors))
    assert not run.record.unlike
    assert all(r < 1e-15 for r in residues(run).values())


def test_a_convolution_without_bias_is_pulled() -> None:
    """Its backward operation is given no shape of a bias."""
    run = recorded(
        lambda x, W: torch.nn.functional.conv2d(x, W, groups=2), R(1, 4, 3, 3), R(2, 2, 2, 2)
    )
    assert all(r < 1e-15 for r in residues(run).values())
    assert all(r is not None for r in run.claimed.values())


class _Averaged(torch.autograd.Function):
    """A mean over windows that counts the padding, whose backward does not."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return aten.avg_pool2d(x, [2], [1], [1])

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return aten.avg_pool2d_backward(dy, *ctx.saved_tensors, [2], [1], [1], False, False, None)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_a_backward_operation_of_other_settings_is_seen(dtype: torch.dtype) -> None:
    """Reverse mode is of the operation as its backward was called."""
    run = recorded(_Averaged.apply, R(1, 1, 3, 3).to(dtype))
    assert not run.record.unlike
    assert max(residues(run).values()) > 0.1
