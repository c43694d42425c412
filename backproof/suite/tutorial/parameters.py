"""L(x, theta): the gradient by the parameters, in hand-derived rows and the tutorial's columns."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from backproof.architectures import (
    INPUT,
    Case,
    Dense,
    Drawn,
    HalfSquaredError,
    Network,
    Sigmoid,
    Tensors,
)
from backproof.faults.claims import TARGET, Claim, tensors_of
from backproof.suite.tutorial.formula import FormulaTrial, Judgement, worst
from backproof.suite.tutorial.judgement import exactly, of_equality, of_gradient
from backproof.suite.tutorial.network import X, Y, depth, gradient, outputs


def by_parameters(tensors: Tensors, seed: int) -> FormulaTrial:
    """The hand-derived gradient of rows by its parameters, then the columns' against it."""
    i, *widths = (len(a) for a in outputs(tensors))
    layers = tuple(layer for o in widths for layer in (Dense(o), Sigmoid()))
    network = Network(i, layers, HalfSquaredError("sum"))
    claim, theta = Claim(network), list(network.parameters)
    rows = tensors_of(Case(network, 1, "float64", Drawn("tame", seed)))
    judged = of_gradient(claim.loss, claim.gradient, rows, theta, seed)
    same = _rows_and_columns(claim, rows)
    count = sum(rows[name].size for name in theta)
    status = min(judged.status, same.status, key=lambda s: s.severity)
    evidence = f"{judged.evidence}, by {count} parameters, x held fixed; {same.evidence}"
    whole = Judgement(status, evidence, judged.order)
    return FormulaTrial(
        "loss-of-theta",
        "L(x,θ)",
        whole,
        whole,
        "The target y is a third argument, and L is a single number: only then has each parameter "
        "one derivative.",
    )


def _rows_and_columns(claim: Claim, rows: Mapping[str, Any]) -> Judgement:
    """The gradient in columns, as in the tutorial, against the hand-derived one in rows."""
    names = list(rows)

    def by_columns(name: str, *given: Any) -> Any:
        at = dict(zip(names, given, strict=True))
        return gradient({**_columns(at), Y: at[TARGET].T})[name]

    def by_rows(name: str, *given: Any) -> Any:
        return _columns(claim.gradient(dict(zip(names, given, strict=True))))[name]

    arrays = list(rows.values())
    pairs = [
        of_equality(exactly(partial(by_columns, n), *arrays), exactly(partial(by_rows, n), *arrays))
        for n in _columns(rows)
    ]
    return worst(pairs, "tensors by columns and by rows")


def _columns(rows: Mapping[str, Any]) -> dict[str, Any]:
    """Tensors of dense layers with a sigmoid after each, renamed and turned to the tutorial's."""
    columns = {X: rows[INPUT].T}
    for j in range(1, depth(rows) + 1):
        W, b = (rows[f"{2 * j - 2}.{name}"] for name in "Wb")
        columns |= {f"{j}.W": W, f"{j}.b": b.reshape(-1, 1)}
    return columns
