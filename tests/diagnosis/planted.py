"""A right gradient of a small function, a wrong one with its name, and what a diagnosis is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backproof.diagnosis import Evidence
from backproof.diagnosis.way_back import way_back
from backproof.programs.numpy.running import run_layer, run_pair
from backproof.programs.run import Run

Tensors = dict[str, Any]
Gradient = Callable[[Tensors, Any], Tensors]
"""(inputs by name, cotangent or None) to gradients by name."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its right gradient: how its inputs and its cotangent are drawn, its output.

    forward: the function itself, of inputs by name, where a diagnosis is to see the way back; the
    cotangent of several outputs has them along its first axis.
    """

    gradient: Gradient
    inputs: Callable[[Any], Tensors]
    dy: tuple[int, ...] | None = None
    output: Callable[[Tensors], Any] = lambda p: None
    forward: Callable[[Tensors], Any] | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A wrong gradient: what must be diagnosed, the function it belongs to, the claim."""

    name: str
    slug: str
    function: Function
    claim: Gradient


def evidence(
    function: Function, claim: Gradient, dtype: str = "float64", seed: int = 0
) -> Evidence:
    """A claim run in a dtype at random inputs, beside the right gradient in float64."""
    rng = np.random.default_rng(seed)

    def cast(x: Any) -> Any:
        return x.astype(dtype) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    def exactly(x: Any) -> Any:
        return x.astype(np.float64) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x

    def true(p: Tensors, d: Any) -> Tensors:
        return function.gradient({n: exactly(x) for n, x in p.items()}, exactly(d))

    inputs = {name: cast(x) for name, x in function.inputs(rng).items()}
    dy = None if function.dy is None else cast(rng.standard_normal(function.dy))
    truth = true(inputs, dy)
    unit = {n: 16 * float(np.finfo(dtype).eps) * float(np.abs(t).max()) for n, t in truth.items()}
    found = Evidence(
        claimed=claim(inputs, dy),
        true=truth,
        unit=unit,
        inputs=inputs,
        output=function.output(inputs),
        at=lambda p: claim(p, dy),
        true_at=lambda p: true(p, dy),
    )
    if function.forward is not None:
        run = recorded(function.forward, inputs, dy)
        found = replace(found, way_back=way_back(run))
    if dy is None or (found.way_back and len(found.way_back.program.cotangents) > 1):
        return found
    return replace(
        found,
        cotangent=dy,
        rerun=lambda d: claim(inputs, cast(d)),
        true_rerun=lambda d: true(inputs, d),
    )


def recorded(forward: Any, inputs: Tensors, dy: Any) -> Run:
    """A function recorded at inputs, weighed by a cotangent; of several outputs by a row each."""
    floats = {n: x for n, x in inputs.items() if isinstance(x, np.ndarray) and x.dtype.kind == "f"}

    def rebuild(at: Any) -> list[Any]:
        return [{**inputs, **at}]

    def nothing(*_: Any) -> None:
        return None

    def cotangent(name: str, y: Any) -> Any:
        return dy[int(name[2:-1])] if "[" in name else dy

    if dy is None:
        return run_pair(forward, nothing, floats, rebuild, lambda _: dict.fromkeys(floats))
    return run_layer(
        lambda p: (forward(p), None), lambda d, cache: None, floats, rebuild,
        lambda _: dict.fromkeys(floats), cotangent,
    )  # fmt: skip


def gives(function: Function, name: str, wrong: Callable[[Tensors, Any, Any], Any]) -> Gradient:
    """The right gradient, but that of one tensor is wrong(inputs, dy, right one)."""

    def claim(p: Tensors, dy: Any) -> Tensors:
        right = function.gradient(p, dy)
        return {**right, name: wrong(p, dy, right[name])}

    return claim


def normal(shape: tuple[int, ...], **others: Any) -> Callable[[Any], Tensors]:
    """x alone, with constants."""
    return lambda rng: {"x": rng.standard_normal(shape), **others}
