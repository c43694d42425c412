"""The rules by which traced programs are evaluated, noted on a tape while a program runs."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from backproof.oracle.tape import Tape
from reference.exact.arrays import filled

Rule = Callable[..., Any]

CHOICES = ("where", "select_n")
"""Rules that choose among numbers, and compute none."""
WHOLE = ("sigmoid", "gelu")
"""Rules of several operations that people know as one."""
TABLES: Mapping[str, Mapping[str, Rule]] = {
    "reference.exact_torch.rules": {},
    "reference.exact_jax.evaluation": {
        "max": lambda x, y, **_: np.maximum(x, y),
        "min": lambda x, y, **_: np.minimum(x, y),
    },
}
"""Where the rules of a framework lie, and what stands for some of them: JAX's extremes give one of
their operands back, which leaves nothing to note."""


def traced_rules(tape: Tape) -> Iterator[tuple[dict[str, Rule], dict[str, Rule]]]:
    """The rules of every framework that is loaded, and those that put themselves on a tape."""
    for module, instead in TABLES.items():
        if module in sys.modules:
            rules: dict[str, Rule] = sys.modules[module].RULES
            found = {**rules, **instead}
            yield rules, {n: _noting(tape, n, r) for n, r in found.items() if n not in CHOICES}


def _noting(tape: Tape, op: str, rule: Rule) -> Rule:
    """A rule that notes what it computes element by element, unless its operations have done so."""

    def run(*operands: Any, **parameters: Any) -> Any:
        with tape.silent(op in WHOLE):
            result = rule(*operands, **parameters)
        moving = [k for k, x in enumerate(operands) if _of_balls(x)]
        if not _of_balls(result) or {np.shape(operands[k]) for k in moving} != {np.shape(result)}:
            return result

        def single(*numbers: Any) -> Any:
            given = list(operands)
            for k, x in zip(moving, numbers, strict=True):
                given[k] = filled([x], (1,))
            with tape.silent():
                return np.ravel(rule(*given, **parameters)).item()

        columns = [np.ravel(operands[k]).tolist() for k in moving]
        for *numbers, y in zip(*columns, np.ravel(result).tolist(), strict=True):
            tape.note(op, single, numbers, [y])
        return result

    return run


def _of_balls(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object
