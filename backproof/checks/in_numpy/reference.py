"""A reference in NumPy: the same function, of which nobody knows a backward."""

from functools import lru_cache, partial
from typing import Any

from backproof.checks.arguments.trees import Arguments
from backproof.checks.behaviour.attempts import traced
from backproof.checks.claim import Reference, Runs, Tensors
from backproof.checks.in_numpy.runs import copies, cotangent, limited, weighed
from backproof.checks.request import Asked
from backproof.programs.called import reached
from backproof.programs.numpy.running import run_layer, run_pair
from backproof.programs.reach import Reach
from backproof.programs.run import Run


def referring(asked: Asked, arguments: Arguments, dys: Tensors, spent: float) -> Reference | None:
    """The reference, whose backward nobody knows; spent: seconds that the claim's calls took."""
    reference = asked.reference
    if reference is None:
        return None

    def nothing(*_: Any) -> dict[str, None]:
        return dict.fromkeys(arguments.tensors)

    def value(at: Tensors) -> Any:
        y = reference(*arguments.rebuild(copies(at, arguments.tensors)))
        return weighed(y, dys) if dys else y

    def call() -> None:
        reference(*arguments.copies().values)

    @lru_cache
    def found() -> Reach:
        return reached({"reference": reference}, call, limited(asked.seconds))

    def record(at: Tensors) -> Run:
        given = at, arguments.rebuild, nothing
        if not dys:
            return run_pair(reference, nothing, *given, found=found())
        dy = partial(cotangent, dys)
        return run_layer(lambda *xs: (reference(*xs), None), nothing, *given, dy, found=found())

    def recorded(at: Tensors) -> Run:
        return traced(partial(record, at), asked.seconds, spent)

    return Reference(recorded, Runs(value, nothing))
