"""Arguments of operations that take axes together, read and write at places, or multiply."""

import numpy as np
import torch

from programs.aten.draws import Arguments, I, R


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
