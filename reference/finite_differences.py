"""The numeric witness: SciPy's adaptive finite differences of the forward pass, in float64.

One slope for each tensor, along a random direction, instead of one for each element: a network has
more elements than this witness has time. It knows how well it knows: SciPy's own error estimate.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.differentiate import derivative

from architectures import Case, values
from reference.testimony import Testimony

Loss = Callable[[Mapping[str, Any]], Any]

NAME = "finite differences"
RELATIVE = 1e-10
"""Steps are refined until the estimated error is below this part of the slope, or grows."""
NOISE = 64 * float(np.finfo(np.float64).eps)
"""The loss's own rounding over the first step, which SciPy's estimate does not know of."""

COARSE, FINE = 2.0**-12, 2.0**-18
"""Steps that tell a kink: a smooth loss bends 64 times less over the finer one, a kink as much."""


def testify(case: Case, loss: Loss, target_name: str) -> Testimony:
    """The slope of the loss along a random direction in each tensor, with its estimated error.

    loss: the forward pass, of the tensors by name and of the targets as `target_name`. Steps are
    measured in units of 1 and of the tensor's own size: the better known slope is told. Silent
    where no slope is finite.
    """
    tensors, target = values(case)
    at: dict[str, Any] = {name: t.astype(np.float64) for name, t in tensors.items()}
    constant = target.astype(np.float64) if target.dtype.kind == "f" else target
    rng = np.random.default_rng(int(case.id, 16))
    along = {n: rng.uniform(0.25, 1, t.shape) * rng.choice([-1, 1], t.shape) for n, t in at.items()}
    names, sizes = list(at), [float(np.abs(t).max(initial=0)) or 1.0 for t in at.values()]

    def moved(step: float, which: int) -> float:
        name = names[int(which)]
        return float(loss({**at, name: at[name] + step * along[name], target_name: constant}))

    slopes, errors = _slopes(moved, np.ones(len(names)))
    by_size = _slopes(moved, np.array(sizes))
    better = by_size[1] < errors
    slopes, errors = np.where(better, by_size[0], slopes), np.where(better, by_size[1], errors)
    here = moved(0.0, 0)
    errors = errors + NOISE * abs(here) + [_jump(moved, here, k) for k in range(len(names))]
    if not np.isfinite(slopes).any():
        return Testimony(NAME, silent="the loss is not finite around the point")
    return Testimony(
        NAME,
        tensors=dict(zip(names, map(np.asarray, slopes), strict=True)),
        error=dict(zip(names, map(np.asarray, errors), strict=True)),
        along=along,
    )


def _jump(moved: Callable[[float, int], float], here: float, which: int) -> float:
    """Half the difference of the two one-sided slopes at step 0; 0 where it shrinks with the step.

    Central differences converge to the mean of the two, and are sure of it.
    """
    large, small = (
        abs(moved(h, which) + moved(-h, which) - 2 * here) / (2 * h) for h in (COARSE, FINE)
    )
    noise = 8 * np.finfo(np.float64).eps * abs(here) / FINE
    return small if small > large / 4 and small > noise else 0.0


def _slopes(moved: Callable[[float, int], float], scales: Any) -> tuple[Any, Any]:
    """The slopes at step 0 of moved(step, 0), moved(step, 1), ..., and their estimated errors."""
    with np.errstate(all="ignore"):
        found = derivative(
            np.vectorize(moved, otypes=[np.float64]),
            np.zeros(len(scales)),
            args=(np.arange(len(scales)),),
            tolerances={"atol": 0.0, "rtol": RELATIVE},
            initial_step=scales / 64,
            maxiter=8,
        )
    return found.df, np.where(np.isfinite(found.error), found.error, np.inf)
