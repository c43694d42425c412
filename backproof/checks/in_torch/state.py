"""What a PyTorch function may leave behind or draw, and how the next call finds all as it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from backproof.programs.random_state import Generators
from backproof.programs.reach import reach
from backproof.programs.run import CannotFollow

SHORT = (torch.float32, torch.float16, torch.bfloat16)
SHORTENING = (torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16)

BY_REJECTION = ("_standard_gamma", "_sample_dirichlet")


@contextmanager
def kept(roots: Mapping[str, Any]) -> Iterator[None]:
    """Put back at the end what code within reach holds: tensors, their gradients, attributes, the
    states of generators.
    """
    reached = reach(roots)
    found = (thing for _, thing in reached.things)
    things = [t for t in found if not isinstance(t, type | ModuleType)]
    modules = [m for t in things if isinstance(t, torch.nn.Module) for m in t.modules()]
    objects = [*modules, *(t for t in things if _has_attributes(t))]
    attributes = [d for thing in objects for d in _dictionaries(thing)]
    values = (x for d in attributes for x in d.values())
    tensors = {id(x): x for x in (*things, *values) if _numbers(x)}.values()
    before = [(d, dict(d)) for d in attributes]
    numbers = [(t, t.detach().clone(), t.grad if t.is_leaf else None) for t in tensors]
    slopes = [(g, g.detach().clone()) for _, _, g in numbers if g is not None]
    try:
        with Generators(reached).replayed():
            yield
    finally:
        for d, content in before:
            d.clear()
            d.update(content)
        with torch.no_grad():
            for t, value in (*((t, v) for t, v, _ in numbers), *slopes):
                if not _equal(t, value):
                    t.copy_(value)
        for t, _, g in numbers:
            if t.is_leaf and t.grad is not g:
                t.grad = g


@contextmanager
def set_up(devices: Sequence[torch.device]) -> Iterator[None]:
    """Gradients are recorded; torch's random states and default dtype are put back at the end."""
    indices = [d.index for d in devices if d.type == "cuda"]
    with ExitStack() as stack:
        stack.callback(torch.set_default_dtype, torch.get_default_dtype())
        stack.enter_context(torch.random.fork_rng(indices))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        yield


def seed_all(seed: int, devices: Sequence[torch.device]) -> None:
    """Seed torch's own generators of these devices; no other device hears of it."""
    torch.default_generator.manual_seed(seed)
    for device in devices:
        if device.type == "cuda":
            torch.cuda.default_generators[device.index or 0].manual_seed(seed)


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


class Doubled(TorchFunctionMode):
    """While it is on, every float is a double on the CPU, where it is not one already; tensors that
    a function captured are replaced by copies of them.
    """

    def __init__(self) -> None:
        super().__init__()
        # by the ids of the originals, each of which is kept, so that no id is given out twice
        self.copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = pytree.tree_map(self._double, (args, kwargs or {}))
        return (torch.Tensor.double if func in SHORTENING else func)(*args, **kwargs)

    def _double(self, x: Any) -> Any:
        if isinstance(x, torch.dtype):
            return torch.float64 if x in SHORT else x
        if not isinstance(x, torch.Tensor) or (x.dtype not in SHORT and x.device.type == "cpu"):
            return x
        if id(x) not in self.copies:
            dtype = torch.float64 if x.dtype in SHORT else x.dtype
            self.copies[id(x)] = x, x.detach().to("cpu", dtype)
        return self.copies[id(x)][1]


def _numbers(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and not is_lazy(x)


def _equal(t: torch.Tensor, value: torch.Tensor) -> bool:
    if t.layout == torch.strided:
        return torch.equal(t, value)
    return torch.equal(t.to_dense(), value.to_dense())


def _has_attributes(thing: Any) -> bool:
    mine = type(thing).__module__.partition(".")[0] not in ("builtins", "torch", "numpy")
    own = getattr(thing, "__dict__", None)  # no dict is that of a class, which an alias shows
    return mine and not isinstance(thing, torch.nn.Module) and isinstance(own, dict)


def _dictionaries(thing: Any) -> list[dict[str, Any]]:
    """What an object's attributes are kept in: a module's parameters, buffers and parts apart. Those
    of a compiled module are no dictionaries; they stay where they are.
    """
    own = vars(thing)
    apart = ("_parameters", "_buffers", "_modules") if isinstance(thing, torch.nn.Module) else ()
    return [d for d in (own, *map(own.get, apart)) if isinstance(d, dict)]
