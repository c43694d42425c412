"""Attention in one kernel, and its backward operation."""

from typing import Any

import numpy as np

from backproof.exact import composites as c
from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.products import matmul
from backproof.exact.primitives.stacks import transposed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering


def _scores(q: Step, k: Step, is_causal: bool, mask: Step | None, scale: float | None) -> Step:
    """q k^T scale, with a mask added, -inf where it does not hold."""
    factor = float(q.shape[-1]) ** -0.5 if scale is None else scale
    scores = matmul(q, transposed(k)) * factor
    if mask is not None:
        scores = scores + mask if mask.is_float else d.choose(mask, scores, -np.inf)
    if is_causal:
        seen = q.record.constant(np.tril(np.ones(scores.shape[-2:], dtype=bool)))
        scores = d.choose(seen, scores, -np.inf)
    return scores


def attention(
    q: Step,
    k: Step,
    v: Step,
    dropout: float = 0.0,
    is_causal: bool = False,
    *,
    attn_mask: Step | None = None,
    scale: float | None = None,
) -> tuple[Step, Step]:
    """softmax(q k^T scale) v, and the log-sum-exp of every row."""
    scores = _scores(q, k, is_causal, attn_mask, scale)
    return matmul(c.softmax(scores), v), c.logsumexp(scores, -1)


def undropped(lowering: Any) -> Lowering:
    """A kernel without dropout; what it would drop cannot be seen. Raises ValueError with it."""

    def checked(*args: Any, **named: Any) -> Any:
        if next((x for x in args if isinstance(x, float)), 0.0):
            raise ValueError("dropout inside of a kernel is not seen")
        return lowering(*args, **named)

    return checked


ATTENTION: dict[str, Lowering] = {
    "_scaled_dot_product_flash_attention_for_cpu": undropped(attention),
}
