"""A PyTorch function in other arithmetics: its programs, traced when they are first asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch

from architectures import Array, Tensors
from backproof.oracle.accused import Runs, is_large
from backproof.checks.behaviour.attempts import sealed
from backproof.checks.in_torch.call import TorchCall
from backproof.checks.in_torch.double import doubled, slopes
from backproof.checks.in_torch.run import Trial
from backproof.checks.in_torch.state import Draws, kept, set_up
from backproof.witnesses import TORCH
from reference.exact.arithmetic import CannotFollow
from reference.exact_torch import Program, evaluate, trace, trace_gradient
from reference.testimony import LOSS, Testimony


@dataclass
class TorchPrograms:
    """A call in other arithmetics: traced when it is first asked for, and evaluated.

    fixed: the cotangents by their names, in the order of the outputs; none of a loss. owing: torch
    itself came to no gradient, so that there is none to follow.
    """

    call: TorchCall
    fixed: Tensors
    owing: bool = False
    draws: Draws | None = None
    kept: dict[str, Program | Exception] = field(default_factory=dict)

    @contextmanager
    def traced(self) -> Iterator[Runs]:
        """The programs of its forward and of its backward pass, over whatever arrays come."""
        if self.owing:
            raise CannotFollow("there is no gradient to follow")
        yield Runs(self.loss, self.gradient)

    @contextmanager
    def double(self) -> Iterator[Runs]:
        """The same in float64; by torch itself, where there is no program or it takes long."""
        try:
            traced = not is_large(self.call.tensors) and bool(self.program("forward"))
        except Exception:  # what nobody can trace, everybody can run
            traced = False
        if traced:
            yield Runs(self.loss, self.gradient)
            return
        with doubled(self.call, self.recorded()) as run:
            yield Runs(lambda at: self._weighed_by_torch(run, at)[0], partial(self._in_torch, run))

    def loss(self, at: Mapping[str, Any]) -> Any:
        """A number: what the function returns, or <y, dy>."""
        program = self.program("forward")
        return self._weighed(evaluate(program, [at[n] for n in self.call.leaves]), at)

    def gradient(self, at: Mapping[str, Any]) -> dict[str, Any]:
        """The loss, and the gradient of every leaf."""
        program = self.program("backward")
        results = evaluate(program, [at[n] for n in (*self.call.leaves, *self.fixed)])
        own, found = results[: program.results], results[program.results :]
        return {LOSS: self._weighed(own, at), **dict(zip(self.call.leaves, found, strict=True))}

    def program(self, which: str) -> Program:
        """The program of a pass; raises anew what the first try raised."""
        if which not in self.kept:
            try:
                self.kept[which] = self._trace(which == "backward")
            except Exception as error:  # whatever somebody's code raises while it is traced
                self.kept[which] = error
        found = self.kept[which]
        if isinstance(found, Exception):
            raise found
        return found

    def testimony(self) -> Testimony:
        """What autograd says of it in float64, at the leaves' own numbers."""
        try:
            with doubled(self.call) as run:
                found = self._in_torch(run, {**self.call.tensors, **self.fixed})
            if len(found) == 1:
                return Testimony(TORCH, silent="autograd does not differentiate the reference")
            return Testimony(TORCH, found)
        except Exception as error:  # somebody's reference
            return Testimony(TORCH, silent=f"of the reference: {type(error).__name__}: {error}")

    def recorded(self) -> Draws:
        """The random numbers that it draws, forward and backward, at its own point."""
        if self.draws is None:
            self.draws, trial = Draws(), Trial(self.call, self.call.fresh())
            with (
                suppress(Exception),  # a backward pass that raises has drawn all that it will
                sealed(),
                kept(self.call.roots),
                set_up(self.call.roots, self.call.devices),
                self.draws.recorded(),
            ):
                run = trial.forward(self.call.tensors)
                trial.pull(run, {name: np.ones_like(y) for name, y in run.outputs.items()})
        return self.draws

    def _trace(self, back: bool) -> Program:
        function, inputs, draws = self.call.fresh(), self.call.inputs(), self.recorded()
        with ExitStack() as stack:
            stack.enter_context(sealed())
            stack.enter_context(kept(self.call.roots))
            stack.enter_context(set_up(self.call.roots, self.call.devices))
            if draws.drawn:
                stack.enter_context(draws.replayed())
            if not back:
                return trace(function, *inputs)
            dys = list(self.fixed.values()) or None
            return trace_gradient(function, *inputs, cotangents=dys)

    def _weighed(self, ys: Sequence[Any], at: Mapping[str, Any]) -> Any:
        if not self.fixed:
            return ys[0]
        return sum((y * at[name]).sum() for name, y in zip(self.fixed, ys, strict=True))

    def _weighed_by_torch(self, run: Callable[..., Any], at: Mapping[str, Any]) -> tuple[Any, ...]:
        """The loss; and the outputs, their leaves and their cotangents as tensors."""
        named, leaves = run(at)
        ys = list(named.values())
        dys = [torch.from_numpy(np.array(at[name], dtype=np.float64)) for name in self.fixed]
        dys = dys or [torch.ones_like(y) for y in ys]
        L = sum((y.detach().numpy() * dy.numpy()).sum() for y, dy in zip(ys, dys, strict=True))
        return np.asarray(L), ys, leaves, dys

    def _in_torch(self, run: Callable[..., Any], at: Mapping[str, Any]) -> dict[str, Array]:
        L, *rest = self._weighed_by_torch(run, at)
        return {LOSS: L, **slopes(*rest)}
