"""Kernels beside their plain form: what rounds once is seen to be off by a few last digits."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.autograd import Function
from torch.nn.functional import cross_entropy, silu

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import normal

LABELS = torch.tensor([1, 0, 3, 7, 2, 5])
HALVES = [torch.bfloat16, torch.float16]


def launched(kernel: Callable[..., Any], dtype: torch.dtype, *xs: torch.Tensor) -> list[Any]:
    """What a kernel makes in float32, out of everybody's sight, in a dtype at the end."""
    given = [torch.tensor(x.detach().float().numpy()) for x in xs]
    return [torch.tensor(y.numpy()).to(dtype) for y in kernel(*given)]


def fused(
    forward: Callable[..., Any], backward: Callable[..., Any], factor: float, k: int = -1
) -> Callable[..., Any]:
    """Such a kernel; factor: what its gradient k is too large by."""

    class Kernel(Function):
        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            ctx.save_for_backward(*xs)
            return launched(lambda *ys: (forward(*ys),), xs[0].dtype, *xs)[0]

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            def scaled(*ys: Any) -> Any:
                found = list(backward(*ys))
                found[k] = found[k] * factor
                return found

            return tuple(launched(scaled, dy.dtype, dy, *ctx.saved_tensors))

    return Kernel.apply


def loss(z: Any) -> Any:
    """A cross entropy."""
    return cross_entropy(z, LABELS)


def slope_of_loss(dl: Any, z: Any) -> Any:
    """Its gradient."""
    g = torch.softmax(z, -1)
    g[range(len(LABELS)), LABELS] -= 1
    return (dl * g / len(LABELS),)


def gated(x: Any, g: Any, u: Any) -> Any:
    """Two products, one of them the gate of the other."""
    return silu(x @ g) * (x @ u)


def slope_of_gated(dy: Any, x: Any, g: Any, u: Any) -> Any:
    """Its gradients."""
    a, b = x @ g, x @ u
    s = torch.sigmoid(a)
    da, db = dy * b * (s + a * s * (1 - s)), dy * a * s
    return da @ g.T + db @ u.T, x.T @ da, x.T @ db


KERNELS = [(loss, slope_of_loss, [(6, 9)]), (gated, slope_of_gated, [(5, 4), (4, 6), (4, 6)])]


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize(("forward", "backward", "shapes"), KERNELS)
def test_a_few_last_digits_of_all_elements_are_seen(
    forward: Any, backward: Any, shapes: list[tuple[int, ...]], dtype: torch.dtype
) -> None:
    """Four units of the last place in every element are wrong, though none by itself tells it."""
    xs = [normal(*shape, dtype=dtype, seed=k) for k, shape in enumerate(shapes)]
    right = check_torch(fused(forward, backward, 1.0), *xs, reference=forward)
    assert right.status is Status.CORRECT, str(right)
    factor = 1 + 4 * torch.finfo(dtype).eps
    wrong = check_torch(fused(forward, backward, factor), *xs, reference=forward)
    assert wrong.status is Status.WRONG, str(wrong)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize(("forward", "backward", "shapes"), KERNELS)
def test_what_rounds_at_every_step_is_right(
    forward: Any, backward: Any, shapes: list[tuple[int, ...]], dtype: torch.dtype
) -> None:
    """The plain form's own gradient, out of sight: its roundings are other ones at every point."""

    class Plain(Function):
        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            ctx.save_for_backward(*xs)
            return launched(lambda *ys: (forward(*(y.to(dtype) for y in ys)).float(),), dtype, *xs)[
                0
            ]

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            def plain(dy: Any, *ys: Any) -> Any:
                with torch.enable_grad():
                    leaves = [y.to(dtype).requires_grad_() for y in ys]
                    found = torch.autograd.grad(forward(*leaves), leaves, dy.to(dtype))
                return [g.float() for g in found]

            return tuple(launched(plain, dtype, dy, *ctx.saved_tensors))

    for seed in range(3):
        xs = [normal(*shape, dtype=dtype, seed=10 * seed + k) for k, shape in enumerate(shapes)]
        verdict = check_torch(Plain.apply, *xs, reference=forward)
        assert verdict.status is Status.CORRECT, str(verdict)


def shares(z: Any) -> Any:
    """The two largest of a softmax, as parts of one another."""
    top, _ = torch.softmax(z, -1).topk(2, -1)
    return top / top.sum(-1, keepdim=True)


def slope_of_shares(dy: Any, z: Any) -> Any:
    """Its gradient by way of all of the softmax."""
    p = torch.softmax(z, -1)
    top, k = p.topk(2, -1)
    size = top.sum(-1, keepdim=True)
    dtop = (dy - (dy * top / size).sum(-1, keepdim=True)) / size
    dp = torch.zeros_like(p).scatter(-1, k, dtop)
    return (p * (dp - (dp * p).sum(-1, keepdim=True)),)


@pytest.mark.parametrize("dtype", [torch.float32, *HALVES])
def test_a_zero_that_takes_itself_away_rounds(dtype: torch.dtype) -> None:
    """What is not among the largest has the gradient 0, up to the rounding of what cancels; two are
    equal in halves.
    """
    z = normal(5, 6, dtype=dtype)
    verdict = check_torch(fused(shares, slope_of_shares, 1.0), z, reference=shares)
    assert verdict.status in (Status.CORRECT, Status.KINK), str(verdict)
