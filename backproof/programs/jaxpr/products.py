"""Products: dot_general and convolution, each as moves and one contraction."""

from functools import partial
from math import prod
from string import ascii_letters
from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved, positions_of
from backproof.exact.primitives.products import contract
from backproof.exact.record import Step
from backproof.programs.jaxpr.elementwise import Rule
from backproof.programs.jaxpr.windows import windows


def _dot_general(a: Step, b: Step, *, dimension_numbers: Any, **_: Any) -> Step:
    """Sums of products over the contracted axes: the shared axes, a's own, b's own."""
    (a_summed, b_summed), (a_shared, b_shared) = dimension_numbers
    la, lb = list(ascii_letters[: a.ndim]), list(ascii_letters[a.ndim : a.ndim + b.ndim])
    pairs = zip((*a_summed, *a_shared), (*b_summed, *b_shared), strict=True)
    for i, j in pairs:
        lb[j] = la[i]
    own_a = [c for k, c in enumerate(la) if k not in (*a_summed, *a_shared)]
    own_b = [c for k, c in enumerate(lb) if k not in (*b_summed, *b_shared)]
    out = [*(la[k] for k in a_shared), *own_a, *own_b]
    return contract(a, b, letters=f"{''.join(la)},{''.join(lb)}->{''.join(out)}")


def _conv_general_dilated(x: Step, w: Step, **parameters: Any) -> Step:
    """Sums of products over every window and the features of its group.

    With x: (N, C, s...)  w: (O, C/G, k...)  y: (N, O, p...), in the axes that the dimension
    numbers give them. Groups of features take their own features of x; groups of the batch, B,
    their own N/B samples. Contracted as (B G, N/B, p, C/G k) with (B G, O/(B G), C/G k).
    """
    d, B = parameters["dimension_numbers"], parameters["batch_group_count"]
    G = parameters["feature_group_count"]
    kernel = [w.shape[k] for k in d.rhs_spec[2:]]
    places = windowed(positions_of(x)[0].transpose(d.lhs_spec), kernel, parameters).shape[2:]
    left = moved(partial(_left, kernel, parameters), x)
    right = moved(partial(_right, d.rhs_spec, B * G), w)
    y = contract(left, right, letters="gnpk,gok->gnpo")
    return moved(partial(_result, places[: len(kernel)], d.out_spec), y)


def _left(kernel: Any, parameters: Any, x: Any) -> Any:
    G, B = parameters["feature_group_count"], parameters["batch_group_count"]
    seen = windowed(x.transpose(parameters["dimension_numbers"].lhs_spec), kernel, parameters)
    N, C = seen.shape[:2]
    P, K = prod(seen.shape[2 : 2 + len(kernel)]), prod(kernel)
    parted = seen.reshape(B, N // B, G, C // G, P, K).transpose(0, 2, 1, 4, 3, 5)
    return parted.reshape(B * G, N // B, P, C // G * K)


def windowed(x: Any, kernel: Any, parameters: Any) -> Any:
    """The windows of x: (N, C, s...) under a kernel: (N, C, p..., 1, 1, k...)."""
    return windows(
        x,
        0,
        (1, 1, *kernel),
        (1, 1, *parameters["window_strides"]),
        ((0, 0), (0, 0), *parameters["padding"]),
        (1, 1, *parameters["lhs_dilation"]),
        (1, 1, *parameters["rhs_dilation"]),
    )


def _right(axes: Any, groups: int, w: Any) -> Any:
    own = w.transpose(axes)
    return own.reshape(groups, own.shape[0] // groups, prod(own.shape[1:]))


def _result(places: Any, axes: Any, y: Any) -> Any:
    """From (B G, n, p, o) to (n, B G o, p...), and into the axes of the output."""
    groups, n, _, own = y.shape
    together = y.transpose(1, 0, 3, 2).reshape(n, groups * own, *places)
    return together.transpose(np.argsort(axes))


PRODUCTS: dict[str, Rule] = {
    "conv_general_dilated": _conv_general_dilated,
    "dot_general": _dot_general,
}
