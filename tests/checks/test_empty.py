"""Tensors without elements, by the frameworks' ways in."""

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import backproof
from backproof.verdict import Status


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_an_empty_tensor_is_right_in_torch_and_jax(shape: tuple[int, ...]) -> None:
    """Alone, and beside a tensor that is judged."""
    verdict = backproof.check_torch(lambda x: x.sin().sum(), torch.zeros(shape))
    assert verdict.status is Status.CORRECT, str(verdict)
    empty, full = np.zeros(shape, np.float32), np.ones(2, np.float32)
    beside = backproof.check_jax(lambda x, y: jnp.sin(x).sum() + (y * y).sum(), empty, full)
    assert beside.status is Status.CORRECT, str(beside)
    assert backproof.check_jax(lambda x: jnp.sin(x).sum(), empty).status is Status.CORRECT
