# ruff: noqa: D102 -- forward and backward are torch's names for what the class says
"""Functions whose gradients torch's `gradcheck` misjudges with its default step and tolerances:
right code that it rejects, and wrong code that it accepts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.autograd import Function


@dataclass(frozen=True, slots=True)
class Misfit:
    """A function of one tensor, its input, and why the defaults do not fit.

    slopes: the derivative of the outputs' sum, or the one-sided ones at a kink. right: whether the
    function's own gradient is that, or lies between them.
    """

    name: str
    function: Callable[..., Any]
    input: torch.Tensor
    slopes: tuple[torch.Tensor, ...]
    right: bool
    why: str

    def __str__(self) -> str:
        """The name alone."""
        return self.name


class OneElementOff(Function):
    """x^2, with one element of the gradient too large by one part in 10^4."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (x,) = ctx.saved_tensors
        dx = 2 * x * dy
        return torch.cat([dx[:1] * (1 + 1e-4), dx[1:]])


class AllOff(Function):
    """tanh x, with a gradient too large by one part in 10^6."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = torch.tanh(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        (y,) = ctx.saved_tensors
        return dy * (1 - y * y) * (1 + 1e-6)


class SmallAndZero(Function):
    """1e-6 sin x, with a gradient of zeros."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return 1e-6 * torch.sin(x)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return torch.zeros_like(dy)


class SmallAndNegated(Function):
    """1e-6 exp x, with the sign of its gradient turned."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = 1e-6 * torch.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        return -dy * ctx.saved_tensors[0]


def doubles(*values: float) -> torch.Tensor:
    """A float64 vector."""
    return torch.tensor(values, dtype=torch.float64)


SINGLE, SMALL = torch.tensor([0.5, -1.0, 1.5]), doubles(1e-3, 0.5, -2.0)
LARGE, TAME = doubles(1.1e10, -2.3e10), doubles(0.5, -1.0, 1.5)

MISFITS = (
    Misfit(
        "float32",
        torch.tanh,
        SINGLE,
        (1 - torch.tanh(SINGLE) ** 2,),
        True,
        "a step of 1e-6 is lost in the rounding of 24 bits",
    ),
    Misfit(
        "a large constant",
        lambda x: 1e8 + x * x,
        SMALL,
        (2 * SMALL,),
        True,
        "the last place of 1e8 is 1.5e-8, a 67th of the step",
    ),
    Misfit(
        "a large input",
        lambda x: x * x / 1e10,
        LARGE,
        (2e-10 * LARGE,),
        True,
        "the last place of the input is twice the step",
    ),
    Misfit(
        "relu at 0",
        torch.relu,
        doubles(0, 1, -1),
        (doubles(0, 1, 0), doubles(1, 1, 0)),
        True,
        "the middle of two slopes is measured, and torch takes the left one",
    ),
    Misfit(
        "a tie of three",
        lambda x: x.amax(0),
        doubles(2, 2, 2),
        (doubles(0, 0, 0), doubles(1, 1, 1)),
        True,
        "half a slope is measured at each, and torch gives each a third",
    ),
    Misfit(
        "a fast oscillation",
        lambda x: torch.sin(1e5 * x) / 1e5,
        TAME,
        (torch.cos(1e5 * TAME),),
        True,
        "the step is a tenth of a radian, too coarse for the third derivative",
    ),
    Misfit(
        "one element off by 1e-4",
        OneElementOff.apply,
        TAME,
        (2 * TAME,),
        False,
        "less than the relative tolerance",
    ),
    Misfit(
        "all off by 1e-6",
        AllOff.apply,
        TAME,
        (1 - torch.tanh(TAME) ** 2,),
        False,
        "less than the relative tolerance",
    ),
    Misfit(
        "a small gradient, zero",
        SmallAndZero.apply,
        TAME,
        (1e-6 * torch.cos(TAME),),
        False,
        "less than the absolute tolerance",
    ),
    Misfit(
        "a small gradient, negated",
        SmallAndNegated.apply,
        TAME,
        (1e-6 * torch.exp(TAME),),
        False,
        "less than the absolute tolerance",
    ),
)
