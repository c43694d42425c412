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


def testify(case: Case, loss: Loss, target_name: str) -> Testimony:
    """The slope of the loss along a random direction in each tensor, with its estimated error.

    loss: the forward pass, of the tensors by name and of the targets as `target_name`. A
    direction's largest element is the tensor's largest (1 if that is 0), so that a step of 1 moves
    the tensor by its own size. Silent where no slope is finite.
    """
    tensors, target = values(case)
    at = {name: t.astype(np.float64) for name, t in tensors.items()}
    constant = target.astype(np.float64) if target.dtype.kind == "f" else target
    rng = np.random.default_rng(int(case.id, 16))
    along = {name: _direction(t, rng) for name, t in at.items()}
    names = list(at)

    def moved(step: float, which: int) -> float:
        name = names[int(which)]
        point = {**at, name: at[name] + step * along[name], target_name: constant}
        return float(loss(point))

    with np.errstate(all="ignore"):
        found = derivative(
            np.vectorize(moved, otypes=[np.float64]),
            np.zeros(len(names)),
            args=(np.arange(len(names)),),
            tolerances={"atol": 0.0, "rtol": RELATIVE},
            initial_step=1 / 64,
            maxiter=8,
        )
    if not np.isfinite(found.df).any():
        return Testimony(NAME, silent="the loss is not finite around the point")
    return Testimony(
        NAME,
        tensors={name: np.asarray(found.df[k]) for k, name in enumerate(names)},
        error={name: np.asarray(found.error[k]) for k, name in enumerate(names)},
        along=along,
    )


def _direction(tensor: Any, rng: np.random.Generator) -> Any:
    size = float(np.max(np.abs(tensor), initial=0)) or 1.0
    return rng.uniform(0.25, 1, tensor.shape) * rng.choice([-size, size], tensor.shape)
