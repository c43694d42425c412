"""Attention that reads keys and values block by block, beside its plain form.

The softmax is never stored: a running maximum and a running sum are, and the backward computes the
weights anew from the log of the sum. Nothing of it is followed, for the kernel's arithmetic happens
in NumPy; the plain form's exact gradient is what it is held against.

    python examples/streaming_attention.py
"""

import math

import numpy as np
import torch

import backproof

BLOCK = 4


def plain(q, k, v):
    """softmax(q k' / sqrt d) v. q: (n, d)  k: (m, d)  v: (m, e)"""
    return torch.softmax(q @ k.T / math.sqrt(q.shape[1]), dim=-1) @ v


def numbers(*tensors):
    """What a kernel loads: float32, whatever the tensors hold."""
    return (t.detach().float().numpy() for t in tensors)


def stored(like, *arrays):
    """What a kernel stores: one rounding to the format of the tensors."""
    return tuple(torch.from_numpy(np.ascontiguousarray(a)).to(like.dtype) for a in arrays)


class RightAttention(torch.autograd.Function):
    """Blocks of keys and values, a running maximum and a running sum."""

    @staticmethod
    def forward(ctx, q, k, v):
        """Of each row the log of the softmax's denominator is kept."""
        a, b, c = numbers(q, k, v)
        scale = np.float32(1 / math.sqrt(a.shape[1]))
        top = np.full((len(a), 1), -np.inf, np.float32)
        total, y = np.zeros_like(top), np.zeros((len(a), c.shape[1]), np.float32)
        for start in range(0, len(b), BLOCK):
            s = a @ b[start : start + BLOCK].T * scale
            new = np.maximum(top, s.max(-1, keepdims=True))
            p, fade = np.exp(s - new), np.exp(top - new)
            total, y = (
                total * fade + p.sum(-1, keepdims=True),
                y * fade + p @ c[start : start + BLOCK],
            )
            top = new
        (out,) = stored(q, y / total)
        ctx.save_for_backward(q, k, v, out, torch.from_numpy(top + np.log(total)))
        return out

    @classmethod
    def backward(cls, ctx, dy):
        """With p the weights and D the row sums of dy y: ds = p (dy v' - D)."""
        d, a, b, c, y, log = numbers(dy, *ctx.saved_tensors)
        scale = np.float32(1 / math.sqrt(a.shape[1]))
        rows = cls.correction(d, y)
        dq, dk, dv = np.zeros_like(a), np.zeros_like(b), np.zeros_like(c)
        for start in range(0, len(b), BLOCK):
            part = slice(start, start + BLOCK)
            p = np.exp(a @ b[part].T * scale - log)
            ds = p * (d @ c[part].T - rows) * scale
            dq += ds @ b[part]
            dk[part], dv[part] = ds.T @ a, p.T @ d
        return stored(dy, dq, dk, dv)

    @staticmethod
    def correction(d, y):
        """The part of the softmax's Jacobian that is the same along a row."""
        return (d * y).sum(-1, keepdims=True)


class WrongAttention(RightAttention):
    """The same forward; the backward takes the mean where it needs the sum."""

    @staticmethod
    def correction(d, y):
        """Too small by the width of the values."""
        return (d * y).mean(-1, keepdims=True)


if __name__ == "__main__":
    draw = torch.Generator().manual_seed(0)
    shapes = (5, 8), (10, 8), (10, 3)
    q, k, v = (torch.randn(*shape, generator=draw).half() for shape in shapes)
    print(backproof.check_torch(RightAttention.apply, q, k, v, reference=plain))
    print(backproof.check_torch(WrongAttention.apply, q, k, v, reference=plain))
