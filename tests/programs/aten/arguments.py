"""Examples of the arguments of every ATen operation that has an exact rule."""

import torch

from programs.aten.draws import Arguments, R, U, aten
from programs.aten.of_axes import places_and_products, reductions
from programs.aten.of_elements import elementwise, shapes
from programs.aten.of_windows import windows


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
