"""What the frameworks' own checkers say of the tables that backproof is compared on."""

from functools import partial
from typing import Any

import jax
import numpy as np
import pytest
import torch
from jax.test_util import check_grads

from backproof.power.beside_gradcheck import gradcheck_accepts
from backproof.power.gradcheck_defaults import MISFITS, Misfit
from backproof.power.twenty import TWENTY, Item, all_off, spoiled


@pytest.mark.parametrize("item", TWENTY, ids=str)
def test_check_grads_passes_the_twenty(item: Item) -> None:
    """Each of them is right by JAX's own check, in float64."""
    assert len(TWENTY) == 20
    assert check_grads_accepts(item.function, item.inputs(0))


@pytest.mark.parametrize("item", TWENTY[:3], ids=str)
def test_check_grads_passes_what_is_off_by_a_millionth(item: Item) -> None:
    """And, in float32, one element that is off by one part in 10^4."""
    assert check_grads_accepts(spoiled(item.function, partial(all_off, part=1e-6)), item.inputs(0))
    singles = jax.tree.map(np.float32, item.inputs(0))
    assert check_grads_accepts(spoiled(item.function, first_element_off), singles, x64=False)


def first_element_off(g: Any) -> Any:
    """The first element is too large by one part in 10^4."""
    factor = np.ones(g.shape)
    factor.flat[0] += 1e-4
    return g * factor


def check_grads_accepts(function: Any, inputs: Any, x64: bool = True) -> bool:
    """What check_grads says of a function's reverse rule with its defaults."""
    check: Any = check_grads  # JAX leaves it untyped
    with jax.enable_x64(x64):
        try:
            check(jax.jit(function), inputs, 1, modes=("rev",))
        except AssertionError:
            return False
    return True


@pytest.mark.parametrize("misfit", MISFITS, ids=str)
def test_gradcheck_s_defaults_do_not_fit(misfit: Misfit) -> None:
    """It rejects what is right and accepts what is wrong; which is which, the true slopes say."""
    assert gradcheck_accepts(misfit) is not misfit.right
    x = misfit.input.clone().requires_grad_()
    (g,) = torch.autograd.grad(misfit.function(x).sum(), x)
    low, high = misfit.slopes[0], misfit.slopes[-1]
    off = float((g - g.clamp(low, high)).abs().max())
    size = float(torch.maximum(low.abs(), high.abs()).max())
    assert (off < 1e-7 * size) is misfit.right
