"""A kernel beside its plain form: `reference=` gives the truth, the kernel only its floats.

The kernel works in float32 on tensors of any format, as it would on a GPU (here it is NumPy, which
no tracer follows); the plain form is what it has to agree with, in units of what its own format
rounds.

    python examples/fused_rms_norm.py
"""

import numpy as np
import torch

import backproof

EPSILON = 1e-6


def plain(x, w):
    """x over its root mean square, times w. x: (n, d)  w: (d,)"""
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPSILON) * w


def numbers(*tensors):
    """What a kernel loads: float32, whatever the tensors hold."""
    return (t.detach().float().numpy() for t in tensors)


def stored(like, *arrays):
    """What a kernel stores: one rounding to the format of the tensors."""
    return tuple(torch.from_numpy(np.ascontiguousarray(a)).to(like.dtype) for a in arrays)


class RightRMSNorm(torch.autograd.Function):
    """Both passes fused, each a single read and a single write."""

    @staticmethod
    def forward(ctx, x, w):
        """The inverse root mean square of each row is kept in float32."""
        a, v = numbers(x, w)
        r = 1 / np.sqrt((a * a).mean(-1, keepdims=True) + np.float32(EPSILON))
        ctx.save_for_backward(x, w, torch.from_numpy(r))
        return stored(x, a * r * v)[0]

    @staticmethod
    def backward(ctx, dy):
        """With h = x r: dw = sum of dy h, dx = r (dy w - h mean(dy w h))."""
        d, a, v, r = numbers(dy, *ctx.saved_tensors)
        h, g = a * r, d * v
        return stored(dy, r * (g - h * (g * h).mean(-1, keepdims=True)), (d * h).sum(0))


class WrongRMSNorm(RightRMSNorm):
    """The same forward; the backward forgets that the root depends on x."""

    @staticmethod
    def backward(ctx, dy):
        """dx = r dy w, as if r were a constant."""
        d, a, v, r = numbers(dy, *ctx.saved_tensors)
        return stored(dy, r * d * v, (d * a * r).sum(0))


if __name__ == "__main__":
    draw = torch.Generator().manual_seed(0)
    x, w = (torch.randn(*shape, generator=draw).bfloat16() for shape in ((4, 6), (6,)))
    print(backproof.check_torch(RightRMSNorm.apply, x, w, reference=plain))
    print(backproof.check_torch(WrongRMSNorm.apply, x, w, reference=plain))
