"""The tutorial's network in its own columns, with the joints of its chain rule as data.

Tensors go by name: "x" (n_0, m), "y" (n_last, m), "1.W" (n_1, n_0), "1.b" (n_1, 1), "2.W", ...
Every column is a sample; the tutorial has one, m = 1. Layers are counted from 1, and a_0 = x.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from backproof.architectures import Tensors
from backproof.reference.answer import LOSS

X, Y = "x", "y"
Join = Callable[[Any, Any], Any]


class Misfit(ValueError):
    """A product that does not exist: the columns on its left are not the rows on its right."""


def times(*factors: Any) -> Any:
    """The matrix product in the order written; raises `Misfit` where two neighbours do not fit."""
    product = factors[0]
    for factor in factors[1:]:
        if product.shape[1] != factor.shape[0]:
            raise Misfit(f"the product {product.shape}{factor.shape} does not exist")
        product = product @ factor
    return product


@dataclass(frozen=True, slots=True)
class Reading:
    """How the printed factors of the chain rule are joined.

    dz: dL/da_j with da_j/dz_j. dW: dL/dz_j with dz_j/dW_j = a_{j-1}. da: dL/dz_{j+1} with
    dz_{j+1}/da_j = W_{j+1}. last: y with y_hat, to dL/da_last.
    """

    dz: Join
    dW: Join
    da: Join
    last: Join


READ = Reading(
    dz=lambda da, slope: da * slope,
    dW=lambda dz, a: times(dz, a.T),
    da=lambda dz, W: times(W.T, dz),
    last=lambda y, y_hat: y_hat - y,
)
"""What the formulas mean: an element-wise product, two transposes, the sign put right."""

PRINTED = Reading(dz=times, dW=times, da=times, last=lambda y, y_hat: y - y_hat)
"""What they say: matrix products in the printed order, and the printed last layer."""


def sigma(z: Any) -> Any:
    """1 / (1 + e^-z), element by element."""
    return 1 / (1 + np.exp(-z))


def depth(at: Mapping[str, Any]) -> int:
    """The number of layers, "last"."""
    return sum(name.endswith(".W") for name in at)


def outputs(at: Mapping[str, Any]) -> list[Any]:
    """a_0 = x, a_1, ..., a_last, with a_j = sigma(W_j a_{j-1} + b_j); a_j: (n_j, m)."""
    a = [at[X]]
    for j in range(1, depth(at) + 1):
        a.append(sigma(times(at[f"{j}.W"], a[-1]) + at[f"{j}.b"]))
    return a


def half_squared_error(at: Mapping[str, Any]) -> Any:
    """L = sum_om (y_om - a_om)^2 / 2 of the last layer, a number."""
    r = at[Y] - outputs(at)[-1]
    return (r * r).sum() / 2


def gradient(at: Mapping[str, Any], reading: Reading = READ) -> dict[str, Any]:
    r"""The loss and its gradient by every tensor but y: {"loss", "x", "1.W", "1.b", ...}.

        a_om = sigma(z_om)    z_om = sum_i W_oi a'_im + b_o    a' = a_{j-1}

    Each z_om moves its own a_om alone, W_oi moves z_om by a'_im, b_o moves z_om by 1 in every
    column m, and a'_im moves z_om by W_oi in every row o. So, with `READ`,

        dz_om = da_om sigma'(z_om)        dW_oi = sum_m dz_om a'_im     dW = dz a'^T
        db_o  = sum_m dz_om               da'_im = sum_o W_oi dz_om     da' = W^T dz

    and sigma'(z) = a (1 - a). Raises `Misfit` where the factors of the reading do not fit.

    Source: Rumelhart, Hinton and Williams (1986), eq. 4 to 8.
    """
    a = outputs(at)
    da, gradients = reading.last(at[Y], a[-1]), {LOSS: half_squared_error(at)}
    for j in range(depth(at), 0, -1):
        dz = reading.dz(da, a[j] * (1 - a[j]))
        gradients[f"{j}.W"] = reading.dW(dz, a[j - 1])
        gradients[f"{j}.b"] = dz.sum(axis=1, keepdims=True)
        da = reading.da(dz, at[f"{j}.W"])
    return {**gradients, X: da}


def draw(widths: Sequence[int], seed: int) -> Tensors:
    """Random tensors for layers of these widths, the input's first, and one sample."""
    rng = np.random.default_rng(seed)
    tensors = {X: rng.standard_normal((widths[0], 1)), Y: rng.random((widths[-1], 1))}
    for j, (i, o) in enumerate(pairwise(widths), start=1):
        tensors[f"{j}.W"] = i**-0.5 * rng.standard_normal((o, i))
        tensors[f"{j}.b"] = rng.standard_normal((o, 1))
    return tensors
