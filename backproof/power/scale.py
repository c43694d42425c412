"""What a verdict costs where a gradient is large: an MLP of ten million parameters in float32."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from backproof.checks.check import check
from backproof.power.right_code import timed
from backproof.verdict import Verdict

PARAMETERS, LAYERS, BATCH = 10_000_000, 3, 256
REPEATS = 5
"""The gradient alone is timed so often; the median counts."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Seconds for one gradient, and for the verdicts on a right and on a wrong one of that size.

    resolution: what the evidence of the right one says of its reach.
    """

    parameters: int
    gradient: float
    right: float
    wrong: float
    passed: bool
    detected: bool
    resolution: str

    @property
    def ratios(self) -> tuple[float, float]:
        """The two verdicts in gradients."""
        return self.right / self.gradient, self.wrong / self.gradient

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {**asdict(self), "ratios": list(self.ratios)}

    def __str__(self) -> str:
        """The figures in two lines."""
        right, wrong = self.ratios
        return (
            f"{self.parameters:,} parameters in float32: a right gradient is judged in {right:.1f} "
            f"times what it takes itself ({'passed' if self.passed else 'ACCUSED'}), a wrong "
            f"one in {wrong:.1f} ({'detected' if self.detected else 'MISSED'})\n"
            f"{self.resolution}"
        )


def measure_scale(parameters: int = PARAMETERS, seed: int = 0) -> Scale:
    """Judge the gradient of a dense network, and one that is off by half in a column."""
    width = math.isqrt(parameters // LAYERS) + 1
    rng = np.random.default_rng(seed)
    x, t = (rng.normal(size=(BATCH, width)).astype(np.float32) for _ in range(2))
    W = [rng.normal(0, width**-0.5, (width, width)).astype(np.float32) for _ in range(LAYERS)]
    loss, gradient = _network(x, t)

    def wrong(*W: Any) -> Any:
        dW = gradient(*W)
        dW[1][:, 0] *= np.float32(1.5)
        return dW

    gradient(*W)
    once = sorted(timed(gradient, *W)[1] for _ in range(REPEATS))[REPEATS // 2]
    passed, right_seconds = timed(check, loss, gradient, *W)
    detected, wrong_seconds = timed(check, loss, wrong, *W)
    return Scale(
        sum(w.size for w in W),
        once,
        right_seconds,
        wrong_seconds,
        bool(passed),
        not detected,
        _resolution(passed),
    )


def _network(x: Any, t: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The loss of x W1 W2 ... with tanh between, and its gradient by every W."""

    def forward(W: Any) -> list[Any]:
        a = [x]
        for k, w in enumerate(W):
            a.append(np.tanh(a[-1] @ w) if k + 1 < len(W) else a[-1] @ w)
        return a

    def loss(*W: Any) -> Any:
        return ((forward(W)[-1] - t) ** 2).sum() / (2 * len(x))

    def gradient(*W: Any) -> Any:
        a = forward(W)
        dz, dW = (a[-1] - t) / len(x), []
        for k in reversed(range(len(W))):
            dW.append(a[k].T @ dz)
            dz = (dz @ W[k].T) * (1 - a[k] * a[k])
        return tuple(reversed(dW))

    return loss, gradient


def _resolution(verdict: Verdict) -> str:
    return next(line for line in verdict.evidence.splitlines() if line.startswith("weakest"))
