"""The random numbers that a PyTorch function draws, and the same drawn again in another dtype."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from backproof.programs.run import CannotFollow

BY_REJECTION = ("_standard_gamma", "_sample_dirichlet")


@dataclass
class Draws:
    """The random numbers that a run draws, in order: the operation's name and what came of it."""

    drawn: list[tuple[str, list[torch.Tensor]]] = field(default_factory=list)

    @property
    def by_rejection(self) -> str:
        """The name of what was drawn so that the numbers jump where a parameter moves, if any."""
        return next((name for name, _ in self.drawn if name in BY_REJECTION), "")

    def recorded(self) -> TorchDispatchMode:
        """While it is on, what is drawn is written down."""
        return _Drawing(lambda name, came: self.drawn.append((name, [x.clone() for x in came])))

    def replayed(self) -> TorchDispatchMode:
        """While it is on, the same is drawn again, in whatever dtype. Raises `CannotFollow` where
        something else is drawn.
        """
        left = iter(self.drawn)

        def again(name: str, came: list[torch.Tensor]) -> None:
            before, values = next(left, ("", []))
            if name != before or [x.shape for x in came] != [x.shape for x in values]:
                raise CannotFollow(f"aten.{name} draws other random numbers when it is followed")
            for x, value in zip(came, values, strict=True):
                x.copy_(value)

        return _Drawing(again)


class _Drawing(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch leaves it untyped
    def __init__(self, seen: Callable[[str, list[torch.Tensor]], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if torch.Tag.nondeterministic_seeded in func.tags:
            came = [x for x in pytree.tree_leaves(result) if isinstance(x, torch.Tensor)]
            self.seen(func.overloadpacket.__name__, came)
        return result
