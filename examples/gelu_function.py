"""A PyTorch function with a backward of its own: `check_torch` judges what its autograd says.

python examples/gelu_function.py
"""

import math

import torch

import backproof


class RightGelu(torch.autograd.Function):
    """x times the normal distribution at x."""

    @staticmethod
    def forward(ctx, x):
        """x, of any shape, is kept for the backward."""
        ctx.save_for_backward(x)
        return x * torch.erfc(-x / math.sqrt(2)) / 2

    @staticmethod
    def backward(ctx, dy):
        """The distribution plus x times its density."""
        (x,) = ctx.saved_tensors
        density = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        return dy * (torch.erfc(-x / math.sqrt(2)) / 2 + x * density)


class WrongGelu(RightGelu):
    """The same function; the density's constant has lost its pi."""

    @staticmethod
    def backward(ctx, dy):
        """The density integrates to sqrt(pi) instead of 1."""
        (x,) = ctx.saved_tensors
        density = torch.exp(-x * x / 2) / math.sqrt(2)
        return dy * (torch.erfc(-x / math.sqrt(2)) / 2 + x * density)


right_gelu, wrong_gelu = RightGelu.apply, WrongGelu.apply


if __name__ == "__main__":
    x = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    print(backproof.check_torch(right_gelu, x))
    print(backproof.check_torch(wrong_gelu, x))
