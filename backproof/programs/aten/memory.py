"""Storages of torch: a tensor is a window on one, and its step is what was last written there.

A view is no operation. Its step is made when it is read, and is the same for all tensors of that
window until the next write.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Record, Step
from backproof.programs.aten.tensors import (
    Window,
    has_storage,
    numbers,
    places,
    precision,
    same,
    window,
)
from backproof.programs.memory import Storage
from backproof.programs.run import CannotFollow

Notice = Callable[[str], None]


@dataclass(slots=True)
class Content:
    """What is known of a storage.

    steps: what was written where, counted in elements of `dtype`. unknown: why it is not known at
    all. views: the steps that were read since the last write.
    """

    steps: Storage
    dtype: torch.dtype
    unknown: str | None = None
    views: dict[Window, Step] = field(default_factory=dict)
    cuts: dict[Window, Step] = field(default_factory=dict)


class Memory:
    """The storages that a run has met.

    record: where steps are appended. notice: told when numbers were written that no step made.
    """

    def __init__(self, record: Record, notice: Notice) -> None:
        self.record, self.notice = record, notice
        self.contents: dict[int, Content] = {}
        self.others: dict[int, tuple[torch.Tensor, Step | str]] = {}
        self.detached: dict[int, torch.Tensor] = {}

    def cut(self, x: torch.Tensor) -> None:
        """From now on a tensor is one that the code declares to have no gradient."""
        if has_storage(x) and (x.is_floating_point() or x.is_complex()):
            self.detached[id(x)] = x

    def is_cut(self, x: torch.Tensor) -> bool:
        """Whether a tensor is detached, or a view of one that is."""
        return id(x) in self.detached

    def read(self, x: torch.Tensor) -> Step:
        """The step of a tensor's numbers as they are. Raises CannotFollow where it is unknown."""
        if not has_storage(x):
            return self._other(x)
        content, place = self._content(x), window(x)
        if content.unknown is not None:
            raise CannotFollow(content.unknown)
        if place not in content.views:
            content.views[place] = self._seen(content, place, x)
        step, now = content.views[place], numbers(x)
        if same(step.value, now):
            return self._flat(content, place, step) if self.is_cut(x) else step
        self.notice("memory is written by foreign code")
        self.write(x, self.record.constant(now, precision(x)))
        return self.read(x)

    def _flat(self, content: Content, place: Window, step: Step) -> Step:
        if step.primitive.name != "constant" and place not in content.cuts:
            content.cuts[place] = e.cut(step)
        return content.cuts.get(place, step)

    def knows(self, x: torch.Tensor) -> bool:
        """Whether the storage of a tensor has been met."""
        return has_storage(x) and x.untyped_storage()._cdata in self.contents

    def write(self, x: torch.Tensor, step: Step | str) -> None:
        """From now on a tensor's numbers are those of a step; or unknown, and why."""
        if not has_storage(x):
            self.others[id(x)] = (x, step)
            return
        whole = x.numel() >= _size(x)
        content = self._fresh(x) if whole or not self.knows(x) else self._content(x)
        content.views.clear()
        content.cuts.clear()
        if isinstance(step, str):
            content.unknown = step
        elif content.unknown is None:
            place = window(x)
            content.steps.write(places(place), _turned(place, step))
            content.views[place] = step

    def _fresh(self, x: torch.Tensor) -> Content:
        storage = x.untyped_storage()
        content = Content(Storage(storage, _size(x)), x.dtype)
        self.contents[storage._cdata] = content
        return content

    def _content(self, x: torch.Tensor) -> Content:
        """What a storage holds, in elements of a tensor's dtype; of one that is new its numbers."""
        known = self.contents.get(x.untyped_storage()._cdata)
        if known is not None and known.steps.size == _size(x) and known.dtype == x.dtype:
            return known
        content = self._fresh(x)
        if known is None:
            flat = self.record.constant(numbers(_whole(x)), precision(x))
        elif known.unknown is not None:
            content.unknown = known.unknown
            return content
        else:
            flat = self._reread(known, x)
        content.steps.write(np.arange(flat.size), flat)
        return content

    def _reread(self, known: Content, x: torch.Tensor) -> Step:
        """All elements of a storage of another dtype: complex ones as pairs of reals, and back."""
        real, now = known.dtype.to_real(), x.dtype
        if not known.steps.size:
            return self.record.constant(numbers(_whole(x)), precision(x))
        if known.dtype == now or real != now.to_real():
            self.notice(f"the bits of {known.dtype} are read as {now}")
            return self.record.constant(numbers(_whole(x)), precision(x))
        flat = known.steps.read(np.arange(known.steps.size), lambda: self._zeros(known))
        if now == real:
            return moved(lambda a, b: np.stack([a, b], -1).ravel(), e.real(flat), e.imag(flat))
        return e.complex_(moved(lambda p: p[0::2], flat), moved(lambda p: p[1::2], flat))

    def _zeros(self, content: Content) -> Step:
        return self.record.constant(np.zeros(content.steps.size))

    def _seen(self, content: Content, place: Window, x: torch.Tensor) -> Step:
        plain = x.conj() if x.is_conj() else x
        kept = torch._neg_view(plain) if plain.is_neg() else plain

        def given() -> Step:
            return self.record.constant(numbers(kept), precision(x))

        step = content.steps.read(places(place), given) if x.numel() else given()
        step.precision = step.accumulator = precision(x)
        return _turned(place, step)

    def _other(self, x: torch.Tensor) -> Step:
        known = self.others.get(id(x), (x, self.record.constant(numbers(x), precision(x))))
        self.others[id(x)] = known
        if isinstance(known[1], str):
            raise CannotFollow(known[1])
        return known[1]


def _size(x: torch.Tensor) -> int:
    return int(x.untyped_storage().nbytes() // x.element_size())


def _whole(x: torch.Tensor) -> torch.Tensor:
    flat = torch.empty(0, dtype=x.dtype, device=x.device)
    return flat.set_(x.untyped_storage(), 0, (_size(x),), (1,))


def _turned(place: Window, step: Step) -> Step:
    """The numbers on the storage of a tensor that is seen conjugate or negative, and back."""
    step = e.conjugate(step) if place.conjugate else step
    return -step if place.negative else step
