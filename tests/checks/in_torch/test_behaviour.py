# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""What misbehaves under `check_torch`, and what gradients nobody owes."""

import sys
from typing import Any

import pytest
import torch
from torch.autograd import Function

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import code, custom, normal


def forever(*_: Any) -> Any:
    """No answer, ever."""
    while True:
        pass


@pytest.mark.parametrize(
    ("function", "slug", "said"),
    [
        (forever, "hangs", "forward pass has no answer"),
        (custom(torch.exp, forever), "hangs", "backward pass has no answer"),
        (lambda x: x.nosuch, "raises", "AttributeError"),
        (lambda x: sys.exit(3), "raises", "sys.exit"),
        (custom(torch.exp, lambda dy, x: 1 / 0), "raises", "ZeroDivisionError"),
        (custom(torch.exp, lambda dy, x: (dy, dy)), "wrong-structure", "expected 1, got 2"),
        (custom(torch.exp, lambda dy, x: "dx"), "wrong-structure", "expected Variable"),
        (custom(torch.exp, lambda dy, x: dy[:1, :2]), "wrong-shape", "invalid gradient"),
        (lambda x: x.argmax(), "wrong-structure", "a tensor of torch.int64"),
        (lambda x: x.relu_() * 2, "input-changed", "in-place"),
        (lambda x: torch.from_numpy(x.detach().numpy()) * 2, "none", "no gradient for x"),
    ],
)
def test_misbehaviour_is_named(function: Any, slug: str, said: str) -> None:
    """Code that hangs, raises or exits, and what torch itself refuses, each by its code."""
    limit = 0.3 if slug == "hangs" else 20.0
    verdict = check_torch(function, normal(3, 4), seconds=limit)
    assert verdict.status is Status.BROKEN and said in " ".join(str(verdict).split())
    assert verdict.code == code(slug)


def test_a_loss_whose_gradient_does_not_scale_with_it_is_broken() -> None:
    """Under the cotangent 1 it is right; under any other it ignores it."""
    ignoring = custom(lambda x: (x * x).sum(), lambda dy, x: 2 * x)
    minding = custom(lambda x: (x * x).sum(), lambda dy, x: 2 * x * dy)
    verdict = check_torch(ignoring, normal(3))
    assert verdict.status is Status.BROKEN and verdict.code == code("cotangent-ignored")
    assert check_torch(minding, normal(3)).status is Status.CORRECT


@pytest.mark.parametrize(
    "spend",
    [lambda kept, dy: kept.mul_(2), lambda kept, dy: kept.mul_(dy), lambda kept, dy: kept.zero_()],
)
@pytest.mark.parametrize("loss", [False, True])
def test_a_backward_that_changes_what_is_saved_is_broken(spend: Any, loss: bool) -> None:
    """Another backward pass of one forward pass is another, also where the first has dy = 1."""

    class Spending(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.factor = x * 2
            return (x * x).sum() if loss else x * x

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            dx = dy * ctx.factor
            spend(ctx.factor, dy)
            return dx

    verdict = check_torch(Spending.apply, normal(3))
    assert verdict.status is Status.BROKEN and verdict.code == code("cache-changed")


def test_no_gradient_is_due_where_nothing_depends_on_a_tensor() -> None:
    """An unused argument and a step function have none, and are right; a detached one owes it."""
    x, y = normal(3), normal(3, seed=1)
    assert check_torch(lambda x, y: x * 2, x, y).status is Status.CORRECT
    assert check_torch(lambda x: (x > 0).double(), x).status is Status.CORRECT
    assert check_torch(lambda x: (x >= 0).double(), torch.zeros(3, dtype=torch.float64))
    verdict = check_torch(lambda x, y: x * y.detach(), x, y)
    assert verdict.status is Status.BROKEN
    assert {f.tensor for f in verdict.findings if not f.status} == {"y"}


class Branching(Function):
    """A sine whose backward pass hangs under a mode that watches operations."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        while torch._C._len_torch_dispatch_stack():
            pass
        return dy * x.cos()


def test_code_that_hangs_where_it_is_watched_is_judged_by_differences() -> None:
    """The record is given up after `seconds`, and so is what draws are looked for by."""
    check_torch(custom(torch.sin, lambda dy, x: dy * x.cos()), normal(3))  # what torch loads late
    verdict = check_torch(Branching.apply, normal(3), seconds=1.0)
    assert verdict.status in (Status.CORRECT, Status.UNDECIDED), str(verdict)
    assert "no answer within 1 s" in verdict.silent["exact"]


def test_a_matrix_function_may_scale_what_it_is_given() -> None:
    """The backward pass of the matrix exponential is linear up to rounding that grows with dy."""
    assert check_torch(torch.linalg.matrix_exp, normal(3, 3)).status is Status.CORRECT
