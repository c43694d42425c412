"""A backward pass that was not followed: its floats against the truth, at several points.

One float error above the limit may be an unlucky rounding: what stays at points nearby is a wrong
formula, what jumps about is rounding. And a tensor is judged as a whole, where in formats of few
bits no single element shows a fault of some percent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backproof.checks.errors import numbers_in
from backproof.checks.measured import Tensor
from backproof.exact.precision import Floats
from backproof.exact.rounding import samples
from backproof.verdict.decisions import LIMIT, MANY, NEARBY, POINTS, STAYS

Errors = Callable[[Mapping[str, Floats]], tuple[float, float]]
"""An element's error at other inputs, with its sign: by itself, and as a part of the element."""


def whole(tensor: Tensor, seed: int = 0) -> float:
    """The error's part along the truth, in units of the same part of what rounding makes."""
    true = np.where(np.isfinite(tensor.truth), tensor.truth, 0.0)
    size = float(np.sqrt(np.sum(true**2)))
    if size == 0:
        return 0.0
    along = true / size
    errors = np.nan_to_num(samples([tensor.step], MANY, seed)[0], nan=0.0)
    parts = (np.real(errors) * along).reshape(MANY, -1).sum(axis=1)
    last = np.sqrt(np.sum((tensor.half * along) ** 2))
    unit = float(np.sqrt(np.mean(parts**2) + last**2))
    error = float(np.sum((numbers_in(tensor.returned) - tensor.truth) * along))
    return abs(error) / unit if unit else 0.0 if error == 0 else np.inf


def nearby(inputs: Mapping[str, Floats], errors: Errors, seed: int) -> Floats:
    """The errors of an element at points nearby, and the parts of it that they are."""
    random = np.random.default_rng(seed)
    points = (
        {n: x * (1 + NEARBY * random.uniform(-1, 1, np.shape(x))) for n, x in inputs.items()}
        for _ in range(POINTS)
    )
    return np.array([errors(point) for point in points]).T


def stays(found: Floats) -> bool:
    """Whether an error is there at points nearby as well, and the same: by itself or, where the
    function grows fast, as a part of its element.
    """
    return any(map(_stands, found))


def _stands(errors: Floats) -> bool:
    scatter = float(errors.std())
    return scatter == 0 or abs(float(errors.mean())) / scatter > STAYS


def signed(claimed: Any, true: Any, k: int) -> tuple[float, float]:
    """The error of an element, and the part of it that this is, with their sign."""
    value = float(true.ravel()[k])
    error = float(numbers_in(claimed).ravel()[k]) - value
    return error, error / (value or 1.0)


def coarse(tensors: Sequence[Tensor]) -> list[str]:
    """The tensors that are off as a whole, though no element shows it."""
    return [t.name for t in tensors if t.claimed is None and whole(t) > LIMIT]
