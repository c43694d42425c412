"""The programs of a JAX function, over numbers of any kind, and its runs in float64 by JAX."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jax
import numpy as np

from architectures import Array, Tensors
from backproof.oracle.accused import Runs
from backproof.checks.in_jax.call import Code
from backproof.checks.in_jax.runs import QUICKLY
from backproof.witnesses import JAX
from reference.exact.arithmetic import CannotFollow
from reference.exact_jax.calls import Call, Function
from reference.exact_jax.claim import Claim
from reference.exact_jax.program import (
    differentiated,
    floats,
    trace_gradient,
    trace_loss,
    weighed,
)
from reference.testimony import LOSS, Testimony

Numbers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Programs:
    """The code of a call at cotangents of its outputs; traceable: whether JAX could trace it.

    Whatever it draws from generators within its reach, it draws again in every run.
    """

    code: Code
    cotangents: Tensors
    traceable: bool
    made: list[Claim] = field(default_factory=list)

    @property
    def claim(self) -> Claim:
        """The two programs, traced when they are first asked for.

        In 64 bits; in the user's types where random numbers are drawn, or where dtypes that are
        written down in the code do not fit to 64 bits.
        """
        if not self.made:
            self.made.append(self._traced())
        return self.made[0]

    @contextmanager
    def exact(self) -> Iterator[Runs]:
        """The programs, over the numbers that come."""
        yield Runs(self.claim.loss, self.claim.gradient)

    @contextmanager
    def double(self) -> Iterator[Runs]:
        """The function in float64, by JAX; where it draws numbers, by its program, which has drawn
        those that the user sees.
        """
        if self._narrow():
            yield Runs(self.claim.loss, self.claim.gradient)
        else:
            yield Runs(partial(self._value, self._loss()), self._slopes)

    def autograd(self) -> Testimony:
        """The loss and its gradient in float64, as JAX has them."""
        try:
            return Testimony(JAX, self._slopes(self._at()))
        except Exception as error:  # a reference that is not JAX's to differentiate
            return Testimony(JAX, silent=f"{type(error).__name__}: {error}")

    def _traced(self) -> Claim:
        narrow = replace(self.code.call, wide=False)
        try:
            wide = self._claim(self.code.call)
            if self.code.wide or not wide.gradients.draws:
                return wide
        except CannotFollow:
            raise
        except Exception:  # whatever JAX or the function raises at float64
            if self.code.wide:
                raise
        with self.code.mode():
            return self._claim(narrow)

    def _claim(self, call: Call) -> Claim:
        with self.code.same_chance():
            losses = trace_loss(call, self.cotangents)
        with self.code.same_chance():
            return Claim(losses, trace_gradient(call, self.cotangents))

    def _narrow(self) -> bool:
        try:
            return self.claim.losses.draws and not self.code.wide
        except Exception:  # a function without programs is one that JAX alone can run
            return False

    def _loss(self) -> Function:
        """Of moving leaves and cotangents; compiled, before anybody times it, if it can be."""
        function = self.code.function()

        def loss(moving: Sequence[Any], weights: Sequence[Any]) -> Any:
            return weighed(floats(function(*moving)), weights)

        if not self.traceable:
            return loss
        with jax.enable_x64(True), self.code.same_chance():
            traced = jax.jit(loss).trace(*self._given(self._at()))
            return traced.lower().compile(compiler_options=QUICKLY)

    def _value(self, loss: Function, at: Numbers) -> Any:
        with jax.enable_x64(True), self.code.same_chance():
            return np.asarray(loss(*self._given(at)))

    def _slopes(self, at: Numbers) -> dict[str, Array]:
        moving, weights = self._given(at)
        with jax.enable_x64(True), self.code.same_chance():
            outputs, gradients = differentiated(self.code.function(), moving, weights)
            loss = np.asarray(weighed(outputs, weights))
            found = zip(self.code.parts.tensors, gradients, strict=True)
            return {LOSS: loss, **{name: np.asarray(g) for name, g in found}}

    def _at(self) -> Numbers:
        return {**self.code.parts.tensors, **self.cotangents}

    def _given(self, at: Numbers) -> tuple[list[Any], list[Any]]:
        moving = [np.asarray(at[name]).astype(np.float64) for name in self.code.parts.tensors]
        return moving, [np.asarray(at[name], dtype=np.float64) for name in self.cotangents]


def referring(reference: Function | None, programs: Programs) -> Programs | None:
    """The programs of the same function, written by somebody else."""
    if reference is None:
        return None
    code = programs.code
    call = replace(code.call, function=reference, named_after=code.call.function)
    return Programs(replace(code, call=call), programs.cotangents, traceable=False)
