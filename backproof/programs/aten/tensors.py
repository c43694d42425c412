"""Tensors of torch: their numbers in NumPy, their place on a storage."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils import _pytree as pytree

from backproof.exact.precision import Precision, precision_of

Numbers = np.ndarray[Any, Any]


class Window(NamedTuple):
    """Of a tensor on its storage, in elements; two tensors of one window are the same numbers."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    conjugate: bool
    negative: bool


def window(x: torch.Tensor) -> Window:
    """Where a strided tensor lies on its storage."""
    return Window(
        x.dtype, tuple(x.shape), x.stride(), int(x.storage_offset()), x.is_conj(), x.is_neg()
    )


def places(place: Window) -> Numbers:
    """Where the elements of a window lie on the storage."""
    found: Any = np.asarray(place.offset, dtype=np.int64)
    for n, stride in zip(place.shape, place.strides, strict=True):
        found = found[..., None] + np.arange(n) * stride
    return np.asarray(found)


def has_storage(x: torch.Tensor) -> bool:
    """Whether a tensor is numbers at strides, no sparse, nested or symbolic one."""
    return x.layout == torch.strided and not x.is_nested and not x._is_zerotensor()


def floating(x: Any) -> bool:
    """Whether it is a tensor of real or complex floats."""
    return isinstance(x, torch.Tensor) and (x.is_floating_point() or x.is_complex())


def precision(x: torch.Tensor) -> Precision | None:
    """The format of a tensor's floats; None for integers and truth values."""
    return precision_of(x.dtype)


def freed(x: torch.Tensor) -> bool:
    """Whether a tensor's storage has been given back, as by a layer that makes its input again."""
    return has_storage(x) and x.numel() > 0 and not x.untyped_storage().nbytes()


def numbers(x: torch.Tensor) -> Numbers:
    """A copy of a tensor's numbers: floats in float64 or complex128, all others as they are.

    A storage that NumPy has seen can never be resized again, so it is shown none of the code's own.
    """
    if freed(x):
        return np.full(x.shape, np.nan)
    plain = x.detach()
    plain = plain.dequantize() if plain.is_quantized else plain.clone()
    if plain.is_floating_point():
        plain = plain.to(torch.float64)
    elif plain.is_complex():
        plain = plain.to(torch.complex128)
    dense = plain if plain.layout == torch.strided else plain.to_dense()
    return np.asarray(dense.cpu().resolve_conj().resolve_neg().numpy())


def returned(x: torch.Tensor) -> Any:
    """A copy of a tensor in NumPy, in its own dtype; of a dtype that NumPy has not, in float32; NaN
    of what is freed.
    """
    if freed(x):
        return np.full(x.shape, np.nan)
    dense = x if x.layout == torch.strided else x.to_dense()
    plain = dense.detach().clone().cpu().resolve_conj().resolve_neg()
    if plain.is_floating_point() and plain.dtype not in (torch.float16, torch.float32):
        plain = plain.to(torch.float64 if plain.dtype == torch.float64 else torch.float32)
    return np.asarray(plain.numpy())


def same(these: Any, those: Any) -> bool:
    """Whether two arrays are equal, NaN to itself."""
    if these.shape != those.shape or these.dtype.kind != those.dtype.kind:
        return False
    return bool(((these == those) | ((these != these) & (those != those))).all())


def tensors_in(tree: Any) -> Iterator[torch.Tensor]:
    """The tensors in nested lists and dicts, in order."""
    return (x for x in pytree.tree_leaves(tree) if isinstance(x, torch.Tensor))


def handed(flat: Sequence[Any], dtype: Any = None) -> list[Any]:
    """Inputs to be handed to somebody's code: tensors are copies without a history."""
    kind = None if dtype is None else torch_dtype(dtype)
    copies = [x.detach().clone() if isinstance(x, torch.Tensor) else x for x in flat]
    return [x.to(kind) if kind and floating(x) else x for x in copies]


def torch_dtype(dtype: Any) -> torch.dtype:
    """A dtype by torch's own object, by its name or by NumPy's."""
    if isinstance(dtype, torch.dtype):
        return dtype
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or dtype.__name__
    found = getattr(torch, name, None)
    if not isinstance(found, torch.dtype):
        raise ValueError(f"torch has no dtype {dtype!r}")
    return found
