"""The dispatch mode under which a claim runs once: every ATen operation becomes steps.

It sees what lies below autograd and autocast: plain code, custom Functions, a checkpoint's second
forward pass, the engine itself.
"""

from typing import Any

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode, is_traceable_wrapper_subclass

from backproof.exact.place import Escape, Place
from backproof.exact.record import Record, Step
from backproof.programs.aten import places
from backproof.programs.aten.apart import taken_apart
from backproof.programs.aten.functional import (
    Plain,
    composite,
    each,
    functional,
    written,
)
from backproof.programs.aten.lowering import lowered
from backproof.programs.aten.memory import Memory
from backproof.programs.aten.operations import Operation, Slot
from backproof.programs.aten.tensors import has_storage, numbers, precision, tensors_in
from backproof.programs.frames import Frames
from backproof.programs.run import CannotFollow

READ = ("_local_scalar_dense", "equal", "is_nonzero")
"""What hands a tensor's number to Python."""
INSIDE = ("t_", "transpose_", "squeeze_", "unsqueeze_", "detach_", "swapdims_", "swapaxes_")
"""What changes how a tensor lies on its storage, and no number."""
MAKERS = ("set_", "resize_", "resize_as_", "_resize_output_", "record_stream")


class Tracer(TorchDispatchMode):
    """What a run does, in a record.

    stop: the code of the function that calls the author's. drawn: the random states before the
    first draw, by generator.
    """

    def __init__(self, stop: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.record, self.stop, self.frames = Record(), stop, Frames()
        self.memory = Memory(self.record, self.escaped)
        self.drawn: dict[torch.Generator, torch.Tensor] = {}
        self.lines: dict[int, Place | None] = {}
        self.dependent: set[int] = set()
        self.counted, self.within = 0, list[Any]()

    def escaped(self, what: str) -> None:
        """Note that a value left the record here."""
        self.record.escapes.append(Escape(what, self.place()))

    def place(self) -> Place | None:
        """The line of the author's that an operation stands for; of one of autograd's own backward
        pass that of the operation whose gradient it makes.
        """
        found = self.frames.place((self.stop,))
        node = places.backward_node()
        if node is None:
            self.lines.setdefault(places.next_node(), found)
        return found if found is not None or node is None else self.lines.get(node)

    def moving(self, step: Step) -> bool:
        """Whether a step depends on the inputs."""
        steps = self.record.steps
        for s in steps[self.counted :]:
            if "name" in s.settings or any(x.number in self.dependent for x in s.inputs):
                self.dependent.add(s.number)
        self.counted = len(steps)
        return step.number in self.dependent

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with torch._C.DisableTorchFunction():
            if any(map(is_traceable_wrapper_subclass, pytree.tree_leaves((args, kwargs)))):
                return NotImplemented
            return self.follow(op, tuple(args), dict(kwargs or {}))

    def follow(self, op: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Run an operation and record it."""
        name = op._schema.name.partition("::")[2]
        if torch.Tag.nondeterministic_seeded in op.tags:
            self._before_draw(keywords)
        if composite(op):
            with self:
                return op.decompose(*args, **keywords)
        if name.startswith("_foreach_"):
            with self:
                made = [one(*rest, **keywords) for one, *rest in each(name, args)]
            return None if name.endswith("_") else made
        if op.is_view or name in ("_unsafe_view", *INSIDE, *MAKERS):
            return self._viewed(op, name, args, keywords)
        place, changed = self.place(), written(op, args, keywords)
        plain = functional(op, name, args, keywords)
        given, why = self._read(plain.args, plain.keywords)
        if name in READ:
            return self._looked(op, args, keywords, given, why, place)
        result = op(*args, **keywords)
        made = list(tensors_in(result))
        if not changed and made and all(map(self.memory.knows, made)):
            return result
        before, self.record.place = self.record.place, place
        targets = [*made, *(x for x in changed if not any(x is y for y in made))]
        try:
            steps = self._steps(op, plain, given, why, place, targets)
        finally:
            self.record.place = before
        for x, step in zip(targets, steps, strict=True):
            self.memory.write(x, step)
        return result

    def _steps(
        self, op: Any, plain: Plain, given: Any, why: str | None, place: Any, targets: Any
    ) -> list[Step | str]:
        """The steps of results, or why there are none."""
        where = f" at {place}" if place else ""
        try:
            if why is not None:
                raise CannotFollow(why)
            return self._lowered(op, plain, given, place, targets)
        except CannotFollow as reason:
            return [str(reason)] * len(targets)
        except Exception as error:  # a rule's own failure must not break the author's run
            if not any(map(self.moving, given)):
                return [self.record.constant(numbers(x), precision(x)) for x in targets]
            message = f"aten.{plain.name}{where}: {type(error).__name__}: {error}"
            return [message] * len(targets)

    def _lowered(
        self, op: Any, plain: Plain, given: tuple[Step, ...], place: Any, targets: Any
    ) -> list[Step | str]:
        slots = iter(range(len(given)))

        def slot(x: Any) -> Any:
            return Slot(next(slots), x.dtype) if isinstance(x, torch.Tensor) else x

        args, keywords = pytree.tree_map(slot, (plain.args, plain.keywords))
        results = tuple(numbers(x) for x in targets)
        operation = Operation(
            self.record,
            plain.name,
            plain.call,
            args,
            keywords,
            given,
            results,
            self.moving,
            bool(self.within),
        )
        found = lowered(operation, op, targets, place)
        if found is None:
            return taken_apart(self, op, operation, targets, place)
        return list(found)

    def _read(self, args: Any, keywords: Any) -> tuple[tuple[Step, ...], str | None]:
        """The steps of the tensors among the arguments; or why one of them has none."""
        try:
            return tuple(self.memory.read(x) for x in tensors_in((args, keywords))), None
        except CannotFollow as reason:
            return (), str(reason)

    def _looked(
        self, op: Any, args: Any, keywords: Any, given: Any, why: str | None, place: Any
    ) -> Any:
        result = op(*args, **keywords)
        if why or any(self.moving(s) for s in given):
            self.record.escapes.append(Escape(f"read as {type(result).__name__}", place))
        return result

    def _viewed(self, op: Any, name: str, args: Any, keywords: Any) -> Any:
        """A view is read when it is used; one of a detached tensor is detached."""
        for x in tensors_in(args):
            if has_storage(x) and not self.memory.knows(x) and x.numel():
                self.memory.read(x)
        result = op(*args, **keywords)
        if any(map(self.memory.is_cut, tensors_in(args))):
            for y in tensors_in(result):
                self.memory.cut(y)
        return result

    def _before_draw(self, keywords: Any) -> None:
        generator = keywords.get("generator") or torch.default_generator
        self.drawn.setdefault(generator, generator.get_state())
