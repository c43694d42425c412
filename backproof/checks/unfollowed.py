"""A backward pass that was not followed: its floats against the truth, at several points.

One float error above the limit may be an unlucky rounding: what stays at points nearby is a wrong
formula, what jumps about is rounding. And a tensor is judged as a whole, where in formats of few
bits no single element shows a fault of some percent.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backproof.checks.measure import Tensor, numbers_in
from backproof.exact.precision import Floats
from backproof.exact.rounding import samples
from backproof.verdict.decisions import LIMIT, MANY, NEARBY, POINTS, STAYS

Elsewhere = Callable[[Mapping[str, Floats]], Mapping[str, Tensor]]
"""The claim measured at other inputs, in its own format."""


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


def stays(
    name: str, here: Tensor, inputs: Mapping[str, Floats], elsewhere: Elsewhere, seed: int
) -> bool:
    """Whether an error is there at points nearby as well, and the same: by itself or, where the
    function grows fast, as a part of its element.
    """
    random = np.random.default_rng(seed)
    worst = int(np.argmax(here.ratio))
    found = []
    for _ in range(POINTS):
        point = {
            n: x * (1 + NEARBY * random.uniform(-1, 1, np.shape(x))) for n, x in inputs.items()
        }
        found.append(_signed(elsewhere(point)[name], worst))
    return any(map(_stands, np.array(found).T))


def _stands(errors: Floats) -> bool:
    scatter = float(errors.std())
    return scatter == 0 or abs(float(errors.mean())) / scatter > STAYS


def _signed(tensor: Tensor, k: int) -> tuple[float, float]:
    """The error of an element, and the part of it that this is, with their sign."""
    true = float(tensor.truth.ravel()[k])
    error = float(numbers_in(tensor.returned).ravel()[k]) - true
    return error, error / abs(true) if true else error


def coarse(tensors: Sequence[Tensor]) -> list[str]:
    """The tensors that are off as a whole, though no element shows it."""
    return [t.name for t in tensors if t.claimed is None and whole(t) > LIMIT]
