"""The source of an expression and of its gradient, in plain statements, and how it is compiled."""

import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.power.expressions.draw import Expression, Statement, written

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One element of one gradient that is off by a part of itself; of index None all elements.

    style: the way in which it is written, of `STYLES`.
    """

    tensor: str
    index: tuple[int, ...] | None
    size: float
    style: int = 0

    def lines(self) -> Iterator[str]:
        """The statements that make it."""
        where = "..." if self.index is None or not self.index else ", ".join(map(str, self.index))
        for line in STYLES[self.style]:
            yield line.format(g=f"d{self.tensor}", at=where, size=repr(self.size))


STYLES = (
    ("{g} = {g} + 0", "{g}[{at}] *= 1 + {size}"),
    ("{g} = {g} + 0", "{g}[{at}] += {size} * {g}[{at}]"),
    ("off = {g} * {size}", "{g} = {g} + 0", "{g}[{at}] -= off[{at}]"),
)


def source(expression: Expression, namespace: str, fault: Fault | None = None) -> str:
    """The text of `forward` and `backward`, in the terms of np or torch."""
    forward = [line for s in expression.statements for line in written(s, namespace)]
    names = ", ".join([*expression.inputs, *(s.name for s in expression.statements)])
    backward, reached = _backward(expression, namespace)
    for x in expression.inputs:
        if x not in reached:
            backward.append(f"d{x} = {namespace}.zeros_like({x})")
    if fault is not None:
        backward += fault.lines()
    returned = ", ".join(f"d{x}" for x in expression.inputs)
    lines = [
        f"def forward({', '.join(expression.inputs)}):",
        *(f"    {line}" for line in forward),
        f"    return {expression.result}, ({names})",
        "",
        "",
        f"def backward(d{expression.result}, cache):",
        f"    {names} = cache",
        *(f"    {line}" for line in backward),
        f"    return {returned},",
    ]
    return "\n".join(lines) + "\n"


def compiled(text: str, name: str, namespace: Any) -> tuple[Function, Function]:
    """`forward` and `backward`, whose lines a traceback and a verdict can show."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope = {namespace.__name__.replace("numpy", "np"): namespace}
    exec(compile(text, name, "exec"), scope)
    return scope["forward"], scope["backward"]


def _backward(expression: Expression, namespace: str) -> tuple[list[str], set[str]]:
    """The statements in reverse, and the names that have an adjoint."""
    lines: list[str] = []
    reached = {expression.result}
    for s in reversed(expression.statements):
        for k, text in enumerate(s.operation.texts(namespace)):
            lines += _adjoint(expression, s, k, text, namespace, reached)
    return lines, reached


def _adjoint(
    expression: Expression, s: Statement, k: int, text: str, namespace: str, reached: set[str]
) -> list[str]:
    """What one operand of one statement adds to its adjoint."""
    operands = dict(zip("ab", s.operands, strict=False))
    name = s.operands[k]
    texts = {"g": f"d{s.name}", "y": s.name, "t": s.scratch, "np": namespace}
    *before, last = text.format(**texts, **operands, **s.settings).split("\n")
    if s.operation.broadcasts:
        last = _reduced(last, expression.shapes[s.name], expression.shapes[name], namespace)
    if name in reached:
        return [*before, f"d{name} = d{name} + {last}"]
    reached.add(name)
    return [*before, f"d{name} = {last}"]


def _reduced(text: str, result: tuple[int, ...], own: tuple[int, ...], namespace: str) -> str:
    """An adjoint summed over the axes in which its operand was broadcast."""
    if result == own:
        return text
    wide = (1,) * (len(result) - len(own)) + own
    axes = tuple(int(k) for k in np.flatnonzero(np.array(wide) != np.array(result)))
    summed = f"{namespace}.sum({text}, axis={axes})" if axes else f"({text})"
    return f"{summed}.reshape({own})"
