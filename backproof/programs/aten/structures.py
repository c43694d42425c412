"""Operations that only put elements elsewhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering, Operation, constant_like, floated

aten = torch.ops.aten

_PLAIN = """cat stack hstack vstack flip roll rot90 repeat repeat_interleave index _unsafe_index
gather index_select take take_along_dim masked_select tril triu diag_embed diag block_diag
pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle im2col select_backward
slice_backward diagonal_backward upsample_nearest1d upsample_nearest2d upsample_nearest3d
_upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d reflection_pad1d
reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d
select_scatter slice_scatter diagonal_scatter as_strided_scatter index_copy masked_scatter
as_strided_copy expand_copy permute_copy view_copy t_copy transpose_copy select_copy slice_copy
diagonal_copy unbind_copy split_copy split_with_sizes_copy squeeze_copy unsqueeze_copy
narrow_copy unfold_copy view_as_real_copy unsafe_split unsafe_split_with_sizes unsafe_chunk
_chunk_cat"""
STRUCTURES = frozenset(_PLAIN.split())
"""Operations that only put elements elsewhere: asked what they do to positions."""


def cloned(x: Step, *_: Any, **__: Any) -> Step:
    """The same numbers."""
    return floated(x)


def widened(operation: Operation, x: Any = 0.0, *_: Any, **__: Any) -> Step:
    """The same numbers, in the shape of the result."""
    shape = operation.results[0].shape
    source = floated(x) if isinstance(x, Step) else operation.record.constant(0.0 + x)
    if source.shape == shape:
        return source
    return moved(lambda p: np.broadcast_to(p, shape), source)


def choice(condition: Step, a: Step, b: Step) -> Step:
    """a where the condition holds, else b."""
    return d.choose(condition, floated(a), floated(b))


def masked_fill(x: Step, mask: Step, value: Any) -> Step:
    """A value where the mask is set."""
    filling = value if isinstance(value, Step) else constant_like(x, value)
    return d.choose(mask, floated(filling), floated(x))


def padded(x: Step, pad: Sequence[int], value: Any = 0) -> Step:
    """A margin around an image; a negative one cuts off."""
    if not value:
        return moved(lambda p: _in_torch(aten.constant_pad_nd, p, list(pad)), x)
    outside = x.size + 1
    return moved(
        lambda p, v: _in_torch(aten.constant_pad_nd, p, list(pad), outside),
        x,
        constant_like(x, value),
    )


def _in_torch(operation: Any, positions: Any, *rest: Any) -> Any:
    made = operation(torch.from_numpy(np.array(positions)), *rest)
    return made.numpy()


MOVING: dict[str, Lowering] = {
    "clone": cloned,
    "_to_copy": cloned,
    "detach": cloned,
    "lift_fresh_copy": cloned,
    "where": choice,
    "masked_fill": masked_fill,
    "constant_pad_nd": padded,
}
COPIES: dict[str, Lowering] = {
    "copied": widened,
    "filled": widened,
    "copy": lambda o, x, y, *_: widened(o, y),
}
