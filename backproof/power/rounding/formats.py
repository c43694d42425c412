"""The formats in which the judge is tried: NumPy's own floats, and torch's halves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from backproof.checks.judge import judge
from backproof.checks.judgement import Judgement
from backproof.checks.measure import measure
from backproof.checks.measured import Measured
from backproof.checks.slopes import value
from backproof.checks.unfollowed import around
from backproof.exact.precision import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, Precision
from backproof.programs.complete import incomplete
from backproof.programs.run import CannotFollow, Run
from backproof.verdict import Status
from backproof.verdict.witnesses import TORCH, absent

Function = Callable[..., Any]
Record = Callable[[Mapping[str, Any]], Run]
OWN = (str(Path(__file__).parents[1]),)


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair of a forward and a backward pass, judged at one point."""

    measured: Measured
    judgement: Judgement

    @property
    def status(self) -> Status:
        """The worst status of a tensor."""
        return min((f.status for f in self.judgement.findings), key=lambda s: s.severity)


@dataclass(frozen=True, slots=True)
class Format:
    """A dtype of a namespace, "np" or "torch"."""

    precision: Precision
    namespace: str = "np"

    def __str__(self) -> str:
        own = "" if self.namespace == "np" else f" ({self.namespace})"
        return self.precision.name + own

    @property
    def module(self) -> ModuleType:
        """NumPy, or torch."""
        if self.namespace == "np":
            return np
        import torch

        return torch

    def array(self, values: Any) -> Any:
        """Numbers in this format; integers as they are."""
        given = np.asarray(values)
        dtype = getattr(self.module, self.precision.name)
        if self.namespace == "np":
            return given.astype(dtype) if given.dtype.kind == "f" else given
        made = self.module.from_numpy(given.copy())
        return made.to(dtype) if given.dtype.kind == "f" else made

    def judged(
        self, forward: Function, backward: Function, values: Sequence[Any], seed: int = 0
    ) -> Judged:
        """Judge y, cache = forward(*xs) with backward(dy, cache) at values that are brought into
        this format.

        Raises CannotFollow where there is no complete record of it.
        """
        at = {f"x{k}": self.array(v) for k, v in enumerate(values)}
        record = self._recorded(forward, backward, at, seed)
        run = record(at)
        if any(step is None for step in run.claimed.values()):
            raise CannotFollow("no backward")
        given = {f"x{k}": v for k, v in enumerate(values)}
        lost = incomplete(run, record, given, seed) if run.record.escapes else None
        if lost is not None and not lost.harmless:
            raise CannotFollow(str(lost))
        dtypes = dict.fromkeys(run.inputs, getattr(self.module, self.precision.name))

        def nearby() -> Iterator[Measured]:
            for aside in around(given, seed):
                there = record(aside)
                yield measure(there, there.returned, dtypes, seed)

        measured = measure(run, run.returned, dtypes, seed)
        judgement = judge(measured, lambda there: value(record(there)), seed, nearby)
        return Judged(measured, judgement)

    def _recorded(
        self, forward: Function, backward: Function, at: Mapping[str, Any], seed: int
    ) -> Record:
        if self.namespace == "torch":
            return _in_torch(self, forward, backward, seed)

        def cotangent(_: str, y: Any) -> Any:
            return np.random.default_rng(seed + 1).standard_normal(y.shape).astype(y.dtype)

        def record(point: Mapping[str, Any]) -> Run:
            from backproof.programs.numpy.running import run_layer

            return run_layer(
                forward,
                backward,
                {n: self.array(v) for n, v in point.items()},
                lambda named: list(named.values()),
                lambda found: dict(zip(at, found, strict=True)),
                cotangent,
                theirs=OWN,
            )

        return record


def _in_torch(own: Format, forward: Function, backward: Function, seed: int) -> Record:
    """A record of the pair as torch's own engine runs it."""
    import torch

    from backproof.programs.aten import run_function

    class Pair(torch.autograd.Function):
        """Its cache stays with the context."""

        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            y, ctx.cache = forward(*xs)
            return y

        @staticmethod
        def backward(ctx: Any, *dys: Any) -> Any:
            return backward(dys[0], ctx.cache)

    apply: Function = Pair.apply

    def record(point: Mapping[str, Any]) -> Run:
        values = [x if isinstance(x, torch.Tensor) else own.array(x) for x in point.values()]
        run: Run = run_function(lambda *xs: apply(*xs), values, seed=seed)
        return run

    return record


def formats() -> list[Format]:
    """Those that are at hand."""
    found = [Format(FLOAT64), Format(FLOAT32), Format(FLOAT16)]
    if not absent(TORCH):
        found += [Format(BFLOAT16, "torch"), Format(FLOAT16, "torch")]
    return found
