"""Examples of the arguments of every ATen operation that has an exact rule."""

from typing import Any

import numpy as np
import torch

aten = torch.ops.aten


def R(*shape: int) -> torch.Tensor:  # noqa: N802 - what is drawn, in one letter
    """Numbers without ties in double precision."""
    return torch.randn(shape, dtype=torch.float64)


def U(*shape: int) -> torch.Tensor:  # noqa: N802 - what is drawn, in one letter
    """Numbers in (0.1, 0.9)."""
    return torch.rand(shape, dtype=torch.float64) * 0.8 + 0.1


def I(*numbers: Any) -> torch.Tensor:  # noqa: E743, N802 - integers, as R and U are reals
    """Integers."""
    return torch.tensor(numbers)


Arguments = tuple[Any, ...]


def elementwise() -> dict[str, list[Arguments]]:
    """Examples of rules for single elements; a last dict holds what is passed by name."""
    in_unit = "acos asin atanh erf erfc erfinv digamma lgamma log log10 log1p log2 rsqrt sqrt exp2"
    anywhere = (
        "abs asinh atan ceil cos cosh exp expm1 floor hardtanh leaky_relu neg reciprocal relu"
        " sigmoid sign sin sinh tan tanh trunc gelu isinf isnan"
    )
    pairs = "add sub mul div eq ne lt le gt ge maximum minimum fmax fmin fmod remainder hypot atan2"
    truths = "bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor"
    special = torch.tensor([np.inf, -np.inf, np.nan, 1.0], dtype=torch.float64)
    return {
        **{name: [(U(2, 3),), (U(),)] for name in in_unit.split()},
        **{name: [(2 * R(2, 3),), (R(),)] for name in anywhere.split()},
        **{name: [(3 * R(2, 3), R(3)), (R(), R())] for name in pairs.split()},
        **{name: [(R(4) > 0, R(4) > 0)] for name in truths.split()},
        "acosh": [(1 + U(3),)],
        "add": [(R(2, 3), R(3), {"alpha": 0.3}), (I(1, 2), 2)],
        "bitwise_not": [(R(4) > 0,)],
        "clamp": [(R(5), -0.5, 0.5), (R(5), None, R(5)), (R(), R(), R())],
        "clamp_max": [(R(5), 0.1)],
        "clamp_min": [(R(5), 0.1)],
        "div": [
            (R(3), R(2, 3)),
            (3 * R(4), R(4), {"rounding_mode": "floor"}),
            (3 * R(4), R(4), {"rounding_mode": "trunc"}),
        ],
        "gelu": [(R(5),), (R(5), {"approximate": "tanh"})],
        "gelu_backward": [(R(5), R(5)), (R(5), R(5), {"approximate": "tanh"})],
        "hardshrink_backward": [(R(5), R(5), 0.5)],
        "isinf": [(special,)],
        "isnan": [(special,)],
        "logical_not": [(R(4) > 0,)],
        "pow": [
            *((U(4), p) for p in (2, 3.0, -1, -2, 0.5, 2.5, -1.5, 0, 0.3)),
            (U(4), U(4)),
            (2.0, R(4)),
            (R(4), I(0, 1, 2, 3)),
        ],
        "round.default": [(torch.tensor([0.5, 1.5, 2.5, -0.5, 0.7, -1.2], dtype=torch.float64),)],
        "softshrink_backward": [(R(5), R(5), 0.5)],
        "sub": [(R(2, 3), R(3), {"alpha": 0.3})],
        "where": [(R(2, 3) > 0, R(3), R(2, 1))],
    }


def shapes() -> dict[str, list[Arguments]]:
    """Examples of rules that move elements."""
    x = R(2, 3, 4)
    return {
        "_to_copy": [
            (x, {"dtype": torch.float32}),
            (I(1, 0), {"dtype": torch.float64}),
            (I(1, 0), {"dtype": torch.bool}),
            (R(3) > 0, {"dtype": torch.int64}),
        ],
        "alias": [(x,)],
        "as_strided": [(x, [2, 2], [1, 5], 3), (x, [], [], 2)],
        "as_strided_scatter": [(x, R(2, 2), [2, 2], [1, 5], 3)],
        "cat": [([x, R(2, 1, 4)], 1), ([x, torch.empty(0, dtype=torch.float64)], -1)],
        "clone": [(x,)],
        "constant_pad_nd": [(x, [1, 2, -1, 1]), (x, [0, -1], 0.3), (x, [1, 0, 0, 0, -1, 2], 2)],
        "copy": [(x, R(4))],
        "diagonal": [(x,), (x, 1, 2, 0)],
        "diagonal_scatter": [(x, R(2, 3), 1, 1, 2)],
        "empty": [([2, 0],)],
        "empty_permuted": [([2, 0], [0, 1])],
        "expand": [(R(3, 1), [2, -1, 4]), (R(), [2])],
        "flip": [(x, [0, -1])],
        "full": [
            ([2, 3], 0.1, {"dtype": torch.float64}),
            ([2], True, {"dtype": torch.bool}),
            ([], 3, {"dtype": torch.int64}),
        ],
        "full_like": [(x, 0.1), (I(1, 2), 3), (x, 1, {"dtype": torch.bool})],
        "new_empty_strided": [(x, [0, 2], [2, 1])],
        "permute": [(x, [2, 0, 1])],
        "repeat": [(x, [2, 1, 3]), (x, [2, 1, 1, 1])],
        "scalar_tensor": [(0.1, {"dtype": torch.float64}), (3, {"dtype": torch.int64})],
        "select": [(x, -1, 2), (R(3), 0, -1)],
        "select_scatter": [(x, R(2, 4), -2, 1)],
        "slice": [(x, 1, 1, 9223372036854775807), (x, -1, 0, -1, 2), (x,)],
        "slice_scatter": [(x, R(2, 3, 2), 2, 0, 4, 2), (x, R(1, 3, 4), -3, 1)],
        "split_with_sizes": [(x, [1, 3], 2), (x, [2, 0, 1], -2)],
        "squeeze": [(R(1, 2, 1), [0, 1]), (R(1, 2, 1), -1), (R(2, 1), [])],
        "unfold": [(x, 2, 2, 1), (x, -2, 2, 1)],
        "unsqueeze": [(x, -1), (x, 1)],
        "view.default": [(x, [4, -1])],
    }


def reductions() -> dict[str, list[Arguments]]:
    """Examples of rules that take axes together; the ties are where the first place counts."""
    x, tied = R(2, 3, 4), torch.tensor([[1.0, 2, 2], [0, 0, -1]], dtype=torch.float64)
    over: list[Arguments] = [(x,), (x, [0, 2]), (x, [-1], True), (R(), [])]
    one: list[Arguments] = [(x, 1), (x, -1, True)]
    return {
        "all": [(x > 0,), (x > -9, 1), (x, 1, True)],
        "amax": [(x, [0, -1]), (x, [1], True), (tied, [1]), (R(), [])],
        "amin": [(x, [0, -1]), (x, [1], True)],
        "any": [(x > 9,), (x > 1, 1), (x, 1, True)],
        "argmax": [(x,), *one, (tied, 1)],
        "argmin": [(x,), *one],
        "cumprod": [(x, 1)],
        "cumsum": [(x, -1)],
        "linalg_vector_norm": [
            (x,),
            *((x, p, [1], True) for p in (0, 1, 2, 3, 2.5, np.inf, -np.inf)),
            (x, 2, [0, 2]),
        ],
        "max": [(x,), *one, (tied, 1)],
        "mean": [(x,), (x, [0, 2]), (x, [-1], True)],
        "median": [(x,), *one],
        "min": [(x,), *one],
        "prod": [(x,), *one],
        "sort": [(x, 1), (x, -1, True)],
        "sum": [*over, (x > 0,), (x > 0, [1])],
        "topk": [(x, 2), (x, 2, 1, False)],
        "var": [(x,), (x, [0, 2], {"correction": 0}), (x, [1], {"keepdim": True})],
        "var_mean": [(x,), (x, [0, 2], {"correction": 0, "keepdim": True})],
    }


def places_and_products() -> dict[str, list[Arguments]]:
    """Examples of rules that read and write at integers, repeated ones too, and of products."""
    x, rows = R(4, 3), I(0, 2, 0)
    at = torch.tensor([[0, 1, 1], [2, 2, 0]])
    return {
        "embedding": [(x, at, -1, False, False)],
        "gather": [(x, 0, at), (x, -1, at), (R(), 0, torch.tensor(0))],
        "index": [
            (x, [rows]),
            (x, [None, rows]),
            (x, [x > 0]),
            (R(2, 3, 4), [I(1, 0), None, I(3, 3)]),
        ],
        "index_put": [
            (x, [I(0, 3)], R(2, 3)),
            (x, [rows], R(3, 3), True),
            (x, [x > 0], torch.tensor(2.0, dtype=torch.float64)),
        ],
        "index_select": [(x, 1, rows)],
        "scatter": [(x, 1, I(0, 2)[:, None], R(2, 2)), (x, 0, at[:1], 0.5)],
        "scatter_add": [(x, 0, at, R(3, 3)), (x, -1, at, R(2, 3))],
        "scatter_reduce": [(x, 0, at, R(2, 3), "sum")],
        "upsample_nearest2d_backward": [
            (R(1, 2, 4, 6), [4, 6], [1, 2, 2, 3], None, None),
            (R(1, 2, 5, 3), [5, 3], [1, 2, 2, 2], 2.5, 1.5),
        ],
        "_trilinear": [(R(4, 2), R(5, 2, 3), R(4, 3), [1, 3], [0], [1, 2], [2, 3])],
        "addmm": [(R(3), R(2, 4), R(4, 3)), (R(2, 3), R(2, 4), R(4, 3), {"beta": 0.3, "alpha": 2})],
        "baddbmm": [(R(2, 3, 3), R(2, 3, 4), R(2, 4, 3), {"beta": 0, "alpha": 0.5})],
        "bmm": [(R(2, 3, 4), R(2, 4, 2)), (R(0, 3, 4), R(0, 4, 2))],
        "dot": [(R(3), R(3))],
        "mm": [(R(2, 3), R(3, 4))],
        "mv": [(R(2, 3), R(3))],
    }


CONVOLUTIONS: list[tuple[tuple[int, ...], tuple[int, ...], list[Any]]] = [
    ((2, 3, 5), (4, 3, 2), [[1], [0], [1], False, [0], 1]),
    ((2, 4, 5, 4), (6, 2, 3, 2), [[2, 1], [1, 0], [1, 2], False, [0, 0], 2]),
    ((1, 1, 3, 3, 4), (2, 1, 2, 2, 2), [[1, 1, 2], [0, 1, 0], [1, 1, 1], False, [0, 0, 0], 1]),
    ((2, 4, 3, 2), (4, 3, 2, 3), [[2, 2], [0, 1], [1, 1], True, [1, 0], 2]),
    ((2, 2, 4), (2, 3, 3), [[1], [0], [2], True, [0], 1]),
]
"""The shapes of x and W; strides, paddings, dilations, transposed, output paddings, groups."""


def windows() -> dict[str, list[Arguments]]:
    """Examples of convolutions and poolings: no square image, windows that overlap."""
    found: dict[str, list[Arguments]] = {"convolution": [], "convolution_backward": []}
    for x_shape, W_shape, options in CONVOLUTIONS:
        x, W = R(*x_shape), R(*W_shape)
        outputs = W_shape[1] * options[-1] if options[3] else W_shape[0]
        found["convolution"] += [(x, W, R(outputs), *options), (x, W, None, *options)]
        dy = R(*aten.convolution(x, W, None, *options).shape)
        backward = (dy, x, W, [outputs], *options, [True, True, True])
        found["convolution_backward"].append(backward)
    return found | averages() | extremes()


def averages() -> dict[str, list[Arguments]]:
    """Examples of means over windows, and of their gradients."""
    found: dict[str, list[Arguments]] = {}
    for rank in (2, 3):
        x, adapted = R(2, 3, *[5, 4, 3][:rank]), [2, 3, 2][:rank]
        options = [
            ([2], [1]),
            ([3], [2], [1], True, False),
            ([3], [2], [1], True, True),
            ([2], [2], [0], False, True, 3),
        ]
        pool, back = getattr(aten, f"avg_pool{rank}d"), f"avg_pool{rank}d_backward"
        found[f"avg_pool{rank}d"] = [(x, *o) for o in options]
        defaults = ([0], False, True, None)
        found[back] = [(R(*pool(x, *o).shape), x, *o, *defaults[len(o) - 2 :]) for o in options]
        found[f"_adaptive_avg_pool{rank}d"] = [(x, adapted)]
        found[f"_adaptive_avg_pool{rank}d_backward"] = [(R(2, 3, *adapted), x)]
    return found


def extremes() -> dict[str, list[Arguments]]:
    """Examples of maxima over windows, and of their gradients."""
    found: dict[str, list[Arguments]] = {}
    for rank in (2, 3):
        x, adapted = R(2, 3, *[5, 4, 4][:rank]), [2, 3, 2][:rank]
        name, adaptive = f"max_pool{rank}d_with_indices", f"adaptive_max_pool{rank}d"
        options = [
            ([2], [1], [0], [1], False),
            ([3], [2], [1], [1], True),
            ([2], [1], [0], [2], False),
        ]
        found[name] = [(x, *o) for o in options]
        found[f"{name}_backward"] = []
        for o in options:
            y, where = getattr(aten, name)(x, *o)
            found[f"{name}_backward"].append((R(*y.shape), x, *o, where))
        where = getattr(aten, adaptive)(x, adapted)[1]
        found[adaptive] = [(x, adapted)]
        found[f"{adaptive}_backward"] = [(R(2, 3, *adapted), x, where)]
    return found


def means() -> dict[str, list[Arguments]]:
    """Examples of gradients of means; every reduction, and norms as they are trained and used."""
    one = (R(), 3 * R(3, 4), R(3, 4))
    each = (R(3, 4), 3 * R(3, 4), R(3, 4))
    x, dy, gamma = R(4, 6, 5), R(4, 6, 5), R(6)
    trained = aten.native_batch_norm(x, gamma, None, None, None, True, 0.1, 1e-5)[1:]
    grouped = aten.native_group_norm(x, gamma, None, 4, 6, 5, 3, 1e-5)[1:]
    asked = [True, True, True]
    return {
        "huber_loss_backward": [(*each, 0, 1.5), (*one, 1, 0.5), (*one, 2, 1.0)],
        "mse_loss_backward": [(*each, 0), (*one, 1), (*one, 2)],
        "native_batch_norm_backward": [
            (dy, x, gamma, None, None, *trained, True, 1e-5, asked),
            (dy, x, None, R(6), U(6), None, None, False, 1e-5, asked),
        ],
        "native_group_norm_backward": [
            (dy, x, *grouped, gamma, 4, 6, 5, 3, asked),
        ],
        "smooth_l1_loss_backward": [(*each, 0, 1.5), (*one, 1, 0.5), (*one, 2, 0.0)],
    }


def examples(seed: int) -> dict[str, list[Arguments]]:
    """Examples by the names of the rules; a last dict holds what is passed by name."""
    torch.manual_seed(seed)
    return {
        **elementwise(),
        **shapes(),
        **reductions(),
        **places_and_products(),
        **windows(),
        **means(),
        "getitem": [([R(2), R(3)], 1)],
    }
