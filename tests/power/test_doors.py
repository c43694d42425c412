"""Random expressions through the ways in: what people call finds them right too."""

from typing import Any

import numpy as np
import pytest

from backproof.checks.check import check_layer
from backproof.power.expressions.draw import Expression, drawn
from backproof.power.expressions.source import compiled, source

SEED, COUNT = 41, 12
FOLLOWED = "forward and backward followed"


def _right(verdict: Any) -> bool:
    return bool(verdict) and FOLLOWED in verdict.evidence


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_right_expressions_are_right_through_check_layer(dtype: Any) -> None:
    """Behaviour, record, completeness and judge, in NumPy."""
    for k in range(COUNT):
        expression = drawn(SEED, k)
        if dtype == np.float16 and not expression.halves:
            continue
        pair = compiled(source(expression, "np"), f"<{SEED}-{k}>", np)
        xs = [x.astype(dtype) for x in expression.inputs.values()]
        verdict = check_layer(*pair, *xs, seed=k)
        assert _right(verdict), f"{k}: {verdict}"


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_right_expressions_are_right_through_check_torch(dtype: str) -> None:
    """The same in torch: of halves a backward pass is linear but for their rounding."""
    torch = pytest.importorskip("torch")
    from backproof.checks.check_torch import check_torch

    for k in (k for k in range(COUNT) if dtype == "float64" or drawn(SEED, k).halves):
        expression = drawn(SEED, k)
        xs = [torch.tensor(x).to(getattr(torch, dtype)) for x in expression.inputs.values()]
        verdict = check_torch(_function(torch, expression), *xs, seed=k)
        assert _right(verdict), f"{k}: {verdict}"


def _function(torch: Any, expression: Expression) -> Any:
    """The expression as an autograd.Function."""
    forward_, backward_ = compiled(source(expression, "torch"), f"<{expression.seed}>", torch)

    class Pair(torch.autograd.Function):  # type: ignore[misc]
        """Its cache stays with the context."""

        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            y, ctx.cache = forward_(*xs)
            return y

        @staticmethod
        def backward(ctx: Any, *dys: Any) -> Any:
            found = backward_(dys[0], ctx.cache)
            return found if len(found) > 1 else found[0]

    return Pair.apply
