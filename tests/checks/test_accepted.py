"""Deviations by design: each cause of a wrong gradient is accepted by a code of its own."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

import backproof
from backproof.verdict import Status, Verdict

Judging = Callable[[Mapping[str, float]], Verdict]
RNG = np.random.default_rng(0)
X, W = 1 + RNG.random(3), 2 + RNG.random(3)


def forward(x, w):  # type: ignore[no-untyped-def]
    """A sum of two functions, each of its own argument."""
    return np.log(x + 1e-4) + w * w, (x, w)


def backward(dy, cache):  # type: ignore[no-untyped-def]
    """Without the epsilon by x, and a thousandth too much by w."""
    x, w = cache
    return dy / x, dy * w * 2.002


def in_pairs(accept: Mapping[str, float]) -> Verdict:
    """As a loss and its gradient."""

    def loss(x, w):  # type: ignore[no-untyped-def]
        return forward(x, w)[0].sum()

    def gradient(x, w):  # type: ignore[no-untyped-def]
        return backward(1.0, (x, w))

    return backproof.check(loss, gradient, X, W, accept=accept)


def in_layers(accept: Mapping[str, float]) -> Verdict:
    """As a layer."""
    return backproof.check_layer(forward, backward, X, W, accept=accept)


def in_torch(accept: Mapping[str, float]) -> Verdict:
    """As a `Function`."""
    torch = pytest.importorskip("torch")

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):  # type: ignore[no-untyped-def]
            ctx.save_for_backward(x, w)
            return torch.log(x + 1e-4) + w * w

        @staticmethod
        def backward(ctx, dy):  # type: ignore[no-untyped-def]
            return backward(dy, ctx.saved_tensors)

    return backproof.check_torch(Both.apply, torch.tensor(X), torch.tensor(W), accept=accept)


def in_jax(accept: Mapping[str, float]) -> Verdict:
    """As a `custom_vjp`."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        both = jax.custom_vjp(lambda x, w: jax.numpy.log(x + 1e-4) + w * w)
        both.defvjp(lambda x, w: (both(x, w), (x, w)), lambda saved, dy: backward(dy, saved))
        return backproof.check_jax(both, jax.numpy.array(X), jax.numpy.array(W), accept=accept)


@pytest.mark.parametrize("judged", [in_pairs, in_layers, in_torch, in_jax])
def test_every_cause_is_accepted_by_its_own_code(judged: Judging) -> None:
    """In whatever order; the size of each tensor is held against its own code's."""
    both = judged({"BP118": 2e-4, "BP102": 2e-3})
    assert both.status is Status.ACCEPTED and "not met" not in both.evidence
    assert "BP118" in both.evidence and "BP102" in both.evidence
    assert not any(f.status is Status.WRONG for f in both.findings)
    one = judged({"BP102": 1.0})
    assert one.status is Status.WRONG and "is not accepted" in one.evidence
    assert judged({"BP118": 2e-5, "BP102": 2e-3}).status is Status.WRONG


def test_what_is_not_wrong_is_not_met() -> None:
    """A right gradient needs nothing to be accepted, and a remark says so."""
    right = backproof.check(lambda w: (w * w).sum(), lambda w: 2 * w, W, accept={"BP118": 1e-3})
    assert right.status is Status.CORRECT and "BP118 is accepted up to 0.001" in right.evidence
