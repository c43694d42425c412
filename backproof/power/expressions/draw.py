"""A random expression: statements in a row, each of a value that was drawn and looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.power.expressions.arrays import JOIN, SUMS
from backproof.power.expressions.elementwise import ONE, TWO
from backproof.power.expressions.linear import PRODUCTS
from backproof.power.expressions.moves import MOVES
from backproof.power.expressions.operation import Operation, Random, Settings

KINDS = ((ONE, 0.3), (TWO, 0.2), (SUMS, 0.2), (PRODUCTS, 0.15), (MOVES, 0.15))
LEAST, MOST, TRIES = 3, 9, 200
LARGEST, ELEMENTS = 20.0, 24
"""No value of an expression is larger, none has more elements: halves must hold them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """name = operation(operands), with the numbers that its texts have."""

    name: str
    operation: Operation
    operands: tuple[str, ...]
    settings: Settings

    @property
    def scratch(self) -> str:
        """A name for what it computes on its way."""
        return f"t{self.name[1:]}"


def written(s: Statement, namespace: str) -> list[str]:
    """Its lines, in the terms of a namespace."""
    names = {**dict(zip("ab", s.operands, strict=False)), "t": s.scratch, "np": namespace}
    *before, last = s.operation.value.format(**names, **s.settings).split("\n")
    return [*before, f"{s.name} = {last}"]


@dataclass(frozen=True, slots=True)
class Expression:
    """inputs: their values by name, in float64. shapes: of every name."""

    seed: tuple[int, int]
    inputs: Mapping[str, Any]
    statements: tuple[Statement, ...]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def result(self) -> str:
        """The name of the last value."""
        return self.statements[-1].name

    @property
    def halves(self) -> bool:
        """Whether libraries have it in 16 bits."""
        return all(s.operation.halves for s in self.statements)


class _Draft:
    """An expression as it grows: every value by its name, and the names that nobody has read."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.values: dict[str, Any] = {f"x{k}": x for k, x in enumerate(_inputs(random))}
        self.unread = list(self.values)
        self.statements: list[Statement] = []

    def grow(self, operation: Operation, operands: Sequence[str]) -> bool:
        """Append a statement if its operands suit it and its value is tame."""
        given = [self.values[n] for n in operands]
        if not operation.domain(*given):
            return False
        settings = operation.settings(self.random, *given)
        if settings is None:
            return False
        made = Statement(f"v{len(self.statements)}", operation, tuple(operands), settings)
        scope: dict[str, Any] = {"np": np, **self.values}
        exec("\n".join(written(made, "np")), scope)
        value = np.asarray(scope[made.name])
        if not _tame(value):
            return False
        self.values[made.name] = value
        self.unread = [n for n in self.unread if n not in operands] + [made.name]
        self.statements.append(made)
        return True

    def operands(self, count: int) -> list[str]:
        """Names, more often such as nobody has read."""
        names = list(self.values)
        weights = np.array([4.0 if n in self.unread else 1.0 for n in names])
        return [str(n) for n in self.random.choice(names, count, p=weights / weights.sum())]

    def join(self) -> bool:
        """Make one value of two that nobody has read; False where none fits."""
        one, two = self.unread[-1], self.unread[0]
        return self.grow(JOIN, (one, two)) or self.grow(JOIN, (two, one))


def drawn(seed: int, number: int) -> Expression:
    """The expression of a number under a seed, always the same."""
    random = np.random.default_rng((seed, number))
    while True:
        draft = _Draft(random)
        if _grown(draft):
            shapes = {n: v.shape for n, v in draft.values.items()}
            inputs = {n: v for n, v in draft.values.items() if n.startswith("x")}
            return Expression((seed, number), inputs, tuple(draft.statements), shapes)


def _grown(draft: _Draft) -> bool:
    random, wanted = draft.random, int(draft.random.integers(LEAST, MOST + 1))
    kinds, weights = [k for k, _ in KINDS], [w for _, w in KINDS]
    for _ in range(TRIES):
        if len(draft.statements) == wanted:
            break
        kind = kinds[int(random.choice(len(kinds), p=weights))]
        operation = kind[int(random.integers(len(kind)))]
        draft.grow(operation, draft.operands(operation.operands))
    while len(draft.unread) > 1:
        if not draft.join():
            return False
    return len(draft.statements) >= LEAST


def _inputs(random: Random) -> list[Any]:
    """One to three arrays whose shapes have to do with each other."""
    n, m = (int(k) for k in random.integers(1, 5, 2))
    shapes = [(n, m), (n, m), (m,), (m, n), (n, 1), (1, m), (m, m)]
    chosen = random.integers(0, len(shapes), random.integers(1, 4))
    return [random.normal(0, random.choice([0.5, 1.0]), shapes[k]) for k in chosen]


def _tame(value: Any) -> bool:
    finite = np.isfinite(value).all() and np.abs(value).max(initial=0.0) <= LARGEST
    return bool(finite and 0 < value.size <= ELEMENTS and value.ndim <= 2)
