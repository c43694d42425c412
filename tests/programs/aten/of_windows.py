"""Arguments of operations on windows: convolutions, means, maxima, and their gradients."""

from typing import Any

from programs.aten.draws import Arguments, R, aten

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
