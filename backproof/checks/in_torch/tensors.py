"""Tensors of somebody's PyTorch code: which of them count, and their numbers in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree as pytree

from backproof.checks.arguments.answers import WrongStructure
from backproof.checks.behaviour.passes import OUTPUT
from backproof.exact.precision import Array
from backproof.programs.aten.tensors import freed, returned
from backproof.programs.nodes import outline


def outputs(returned: Any) -> dict[str, torch.Tensor]:
    """The floating-point tensors among what a function returned, by name; a complex one as two.

    Raises `WrongStructure` where there is none.
    """
    paths, _ = pytree.tree_flatten_with_path(returned)
    found: dict[str, torch.Tensor] = {}
    for path, y in paths:
        name = f"{OUTPUT}{pytree.keystr(path)}"
        if isinstance(y, torch.Tensor) and y.is_complex():
            found |= {f"{name}.real": y.real, f"{name}.imag": y.imag}
        elif floating(y):
            found[name] = y
    if not found:
        came = f"a tensor of {returned.dtype}" if torch.is_tensor(returned) else outline(returned)
        raise WrongStructure(f"expected a floating-point tensor, or several; came {came}")
    return found


def floating(x: Any) -> bool:
    """Whether it is a tensor of real floats."""
    return isinstance(x, torch.Tensor) and x.is_floating_point()


def handed(flat: Sequence[Any], dtype: Any = None) -> list[Any]:
    """Inputs to be handed to somebody's code: tensors are copies without a history."""
    kind = None if dtype is None else torch_dtype(dtype)
    copies = [x.detach().clone() if isinstance(x, torch.Tensor) else x for x in flat]
    return [x.to(kind) if kind and floating(x) else x for x in copies]


def as_numpy(t: torch.Tensor) -> Array:
    """A tensor's numbers; those of a dtype that NumPy has not, in float32; NaN of what is freed."""
    return np.full(t.shape, np.nan) if freed(t) else returned(t)


def torch_dtype(dtype: Any) -> torch.dtype:
    """A dtype by torch's own object, by its name or by NumPy's."""
    if isinstance(dtype, torch.dtype):
        return dtype
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or dtype.__name__
    found = getattr(torch, name, None)
    if not isinstance(found, torch.dtype):
        raise ValueError(f"torch has no dtype {dtype!r}")
    return found
