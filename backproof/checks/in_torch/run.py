"""One forward and one backward pass of a PyTorch function in floats, on copies of its inputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from backproof.checks.behaviour.attempts import sealed
from backproof.checks.behaviour.notebook import Ended, Notebook
from backproof.checks.behaviour.repeats import Answer
from backproof.exact.precision import Array
from backproof.programs.aten.arguments import outputs
from backproof.programs.aten.call import Call, Named
from backproof.programs.aten.running import BY_BACKWARD
from backproof.programs.aten.state import kept, seed_all, set_up
from backproof.programs.aten.tensors import handed, returned
from backproof.programs.run import Tensors

REFUSALS = {
    "a leaf variable that requires grad is being used in an in-place": "BP208",
    "returned an invalid gradient": "BP203",
    "incorrect number of gradients": "BP204",
    "expected variable or none": "BP204",
    "to be a tuple": "BP204",
}
"""What torch says when it will not have a gradient, by parts of its messages; and the codes."""

Gradients = dict[str, Array | None]


class Refusal(NamedTuple):
    """What torch has against a backward pass, and the code of it."""

    code: str
    message: str


class Run(NamedTuple):
    """A forward pass: what the function was given, and what it returned.

    pulled: the cotangents that its backward pass was given last.
    """

    leaves: Named
    flat: Sequence[Any]
    ys: dict[str, torch.Tensor]
    pulled: dict[str, torch.Tensor]

    @property
    def outputs(self) -> dict[str, Array]:
        """What it returned, in NumPy."""
        return {name: returned(y) for name, y in self.ys.items()}


@dataclass(frozen=True, slots=True)
class Trial:
    """A function, or a copy of it, that is called at the inputs of a call."""

    call: Call
    function: Callable[..., Any]

    def forward(self, at: Tensors, seed: int = 0) -> Run:
        """The forward pass at tensors; seed: of the random numbers."""
        seed_all(seed, self.call.devices)
        flat = handed(self.call.flat)
        leaves = self.call.entered(self.function, at)
        return Run(leaves, flat, outputs(self.call(self.function, leaves, flat)), {})

    def pull(self, run: Run, dy: Answer, seed: int = 1) -> Gradients:
        """The gradients, None where autograd has none.

        What a backward pass adds to `.grad` itself, as that of a reversible layer, counts too.
        """
        seed_all(seed, self.call.devices)
        run.pulled.update((n, torch.from_numpy(np.array(dy[n])).to(y)) for n, y in run.ys.items())
        pairs = [(y, run.pulled[n]) for n, y in run.ys.items()]
        reached = [pair for pair in pairs if pair[0].requires_grad]
        if not reached:
            return dict.fromkeys(run.leaves)
        ys, dys = zip(*reached, strict=True)
        leaves = list(run.leaves.values())
        for leaf in leaves:
            leaf.grad = None
        found = _pulled(ys, leaves, dys)
        added = [_sum(g, leaf.grad) for g, leaf in zip(found, leaves, strict=True)]
        named = zip(run.leaves, added, strict=True)
        return {name: None if g is None else returned(g) for name, g in named}

    def passes(self, at: Tensors, dy: Answer) -> tuple[Run, Gradients]:
        """Both passes at tensors and cotangents, where nobody takes note of anything."""
        with sealed(), kept(self.call.roots), set_up(self.call.devices):
            run = self.forward(at)
            return run, self.pull(run, dy)


@dataclass(frozen=True, slots=True)
class Watched:
    """A trial of which a notebook is kept."""

    trial: Trial
    book: Notebook

    def forward(self, at: Tensors) -> Run:
        """The forward pass; it must leave its inputs as they are."""
        run: Run = self._heard("the forward pass", lambda: self.trial.forward(at))
        self._unchanged("the forward pass", run, at)
        return run

    def pull(self, run: Run, at: Tensors, dy: Answer, seed: int = 1) -> Gradients:
        """The backward pass; it must leave the inputs and its cotangents as they are."""
        found: Gradients = self._heard("the backward pass", lambda: self.trial.pull(run, dy, seed))
        self._unchanged("the backward pass", run, at)
        for name, y in run.ys.items():
            if not torch.equal(run.pulled[name], torch.from_numpy(np.array(dy[name])).to(y)):
                self.book.report("BP208", "", f"the backward pass changes d{name} in place")
        return found

    def whole(self, at: Tensors, dy: Answer, seed: int = 1) -> tuple[Run, Gradients]:
        """A forward pass and the gradients; seed: of the random numbers of the backward pass."""
        with self.book.same_draws(), set_up(self.trial.call.devices):
            run = self.forward(at)
            return run, self.pull(run, at, dy, seed)

    def pulled(self, run: Run, at: Tensors, dy: Answer) -> Gradients:
        """The gradients by a further backward pass of a forward pass that was made before."""
        with self.book.same_draws(), set_up(self.trial.call.devices):
            return self.pull(run, at, dy)

    def _heard(self, who: str, thunk: Callable[[], Any]) -> Any:
        value = self.book.hear(who, lambda: _or_refused(thunk))
        if isinstance(value, Refusal):
            self.book.report(value.code, "", f"torch refuses {who}: {value.message}")
            raise Ended
        return value

    def _unchanged(self, who: str, run: Run, at: Tensors) -> None:
        call = self.trial.call
        now: dict[str, Any] = dict(run.leaves)
        now |= {n: run.flat[call.names.index(n)] for n in call.constants}
        before = {**call.constants, **at}
        for name, x in now.items():
            if isinstance(before[name], np.ndarray) and not _alike(x, before[name]):
                self.book.report("BP208", name, f"{who} changes {name} in place")


def _pulled(ys: Any, leaves: Any, dys: Any) -> Sequence[torch.Tensor | None]:
    """By `autograd.grad`; by `backward()` nothing, where that alone is possible: it adds to
    `.grad`.
    """
    try:
        found: Sequence[torch.Tensor | None] = torch.autograd.grad(
            ys, leaves, dys, allow_unused=True, retain_graph=True
        )
    except RuntimeError as error:
        if BY_BACKWARD not in str(error):
            raise
        torch.autograd.backward(ys, dys, retain_graph=True)
        return [None] * len(leaves)
    return found


def _sum(g: torch.Tensor | None, added: torch.Tensor | None) -> torch.Tensor | None:
    return g if added is None else added if g is None else g + added


def _alike(x: Any, before: Array) -> bool:
    now = returned(x) if isinstance(x, torch.Tensor) else np.asarray(x)
    return now.shape == before.shape and now.tobytes() == before.tobytes()


def _or_refused(thunk: Callable[[], Any]) -> Any:
    try:
        return thunk()
    except (RuntimeError, TypeError) as error:
        message = " ".join(str(error).split())
        code = next((code for part, code in REFUSALS.items() if part in message.lower()), "")
        if not code:
            raise
        return Refusal(code, message)
