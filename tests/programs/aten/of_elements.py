"""Arguments of operations that work element by element, or move elements."""

import numpy as np
import torch

from programs.aten.draws import Arguments, I, R, U


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
