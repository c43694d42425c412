"""The graph of a claim's forward pass: its own code in exact arithmetic, noted as it runs.

For that time the operations on balls are exchanged for others that put themselves on a tape.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from backproof.diagnosis.graph import Graph, Step
from backproof.oracle.accused import Runs
from backproof.oracle.tape import Tape
from backproof.oracle.traced_rules import traced_rules
from reference.exact import arrays
from reference.exact.arithmetic import exactly
from reference.exact.arrays import balls, filled
from reference.exact.ball import UNARY, Ball, ball
from reference.exact.taylor import STEP
from reference.exact.witness import BITS, point

BINARY = ("add", "sub", "mul", "truediv", "pow")
DIRECT = {"maximum", "fmax", "minimum", "fmin", "cbrt"}
"""Functions with branches that do not consist of operations on balls."""
FAITHFUL = 1e-9
"""To this part of all that is added up the slope by a graph must be that of its loss."""


class Unfaithful(Exception):
    """The graph has another gradient than the loss that it was recorded from."""


def recorded(runs: Runs, at: Mapping[str, Any], without: Collection[Step] = ()) -> Graph:
    """The graph of a loss at a point, tensors of floats by name.

    without: bounds, or small constants that are added, which are left out of the forward pass.
    Raises `TooLong`, `Unfaithful`, and whatever stops exact arithmetic.
    """
    here = point(dict(at))
    tape = Tape(here, without)
    with exactly(BITS, presume=True):
        with _noted_by(tape):
            graph = tape.run(runs.loss, here)
        if not without and not graph.tied.any():
            _check(graph, runs, here)
    return graph


def _check(graph: Graph, runs: Runs, here: Mapping[str, Any]) -> None:
    """The slope along a random direction, by the graph and by the loss itself."""
    rng, gradients = np.random.default_rng(0), graph.gradients(graph.slope)
    along = {name: rng.integers(1, 8, np.shape(x)) for name, x in here.items()}
    ahead, behind = (balls(runs.loss(_moved(here, along, h)))[0] for h in (STEP, -STEP))
    slope = float(((ahead - behind) / (2 * STEP)).mid())
    parts = np.concatenate([(gradients[name] * v).ravel() for name, v in along.items()])
    if not abs(parts.sum() - slope) <= FAITHFUL * np.abs(parts).sum():
        raise Unfaithful("an operation is missing in the graph")


def _moved(here: Mapping[str, Any], along: Mapping[str, Any], step: Any) -> dict[str, Any]:
    return {
        name: filled(
            [ball(b + step * int(v)) for b, v in zip(balls(x), along[name].flat, strict=True)],
            np.shape(x),
        )
        for name, x in here.items()
    }


@contextmanager
def _noted_by(tape: Tape) -> Iterator[None]:
    """Every operation on balls goes through a tape; afterwards all is as it was."""
    from reference.exact_numpy import followed, linear, ufuncs

    products: tuple[Any, ...] = (arrays, followed, linear)
    with ExitStack() as after:
        for op, function, turned in _operations():
            name = f"__{'r' if turned else ''}{op}__" if f"__{op}__" in vars(Ball) else op
            after.callback(setattr, Ball, name, function)
            setattr(Ball, name, tape.watching(op, function, turned))
        for op in DIRECT | UNARY.keys() | ufuncs.FUNCTIONS.keys():
            ufunc = ufuncs.INSTEAD[op]
            after.callback(ufuncs.INSTEAD.__setitem__, op, ufunc)
            ufuncs.INSTEAD[op] = _vectorised(tape.watching(op, ufunc), ufunc.nin)
        for module in products:
            after.callback(setattr, module, "product", module.product)
            module.product = np.dot
        for rules, noting in traced_rules(tape):
            after.callback(rules.update, dict(rules))
            rules.update(noting)
        after.callback(setattr, linear, "_stacked", linear._stacked)
        linear._stacked = _noting_matrices(tape, linear._stacked)
        yield


def _operations() -> Iterator[tuple[str, Callable[..., Any], bool]]:
    """The methods of a ball: each operation, its function, whether its operands are reversed."""
    methods = vars(Ball)
    for op in BINARY:
        yield op, methods[f"__{op}__"], False
        yield op, methods[f"__r{op}__"], True
    for op in ("neg", "abs"):
        yield op, methods[f"__{op}__"], False
    for op in ("maximum", "minimum", *UNARY):
        yield op, methods[op], False


def _vectorised(function: Callable[..., Any], arity: int) -> Any:
    return np.frompyfunc(function, arity, 1, **({"identity": None} if arity == 2 else {}))


def _noting_matrices(tape: Tape, stacked: Callable[..., Any]) -> Callable[..., Any]:
    """The functions of whole matrices: every element of the result is from every operand's."""

    def run(function: Callable[..., Any], *stacks: Any) -> Any:
        shapes = [np.shape(s) for s in stacks]
        ends = np.cumsum([np.size(s) for s in stacks])[:-1]

        def flat(*elements: Any) -> list[Any]:
            parts = np.split(filled(list(elements), (len(elements),)), ends)
            moved = [p.reshape(shape) for p, shape in zip(parts, shapes, strict=True)]
            return list(np.ravel(stacked(function, *moved)))

        result = stacked(function, *stacks)
        operands = [x for s in stacks for x in np.ravel(s)]
        tape.note(function.__name__, flat, operands, list(np.ravel(result)))
        return result

    return run
