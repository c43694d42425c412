"""Every operation of JAX's that has a rule: its steps in balls are its floats, their reverse mode
is JAX's, and so are the steps of JAX's own reverse mode.
"""

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from backproof.exact.balls import midpoints
from backproof.exact.evaluate import over_balls, over_floats
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.programs.jaxpr.control import CONTROL
from backproof.programs.jaxpr.equations import every_equation
from backproof.programs.jaxpr.function import run_function
from backproof.programs.jaxpr.table import COMPARISONS, INDEXED, LAYOUTS, RULES, SEVERAL
from backproof.programs.run import Run
from programs.jaxpr.examples import EXAMPLES

MOVING = [
    (name, k)
    for name, examples in sorted(EXAMPLES.items())
    for k, (_, args) in enumerate(examples)
    if any(np.asarray(x).dtype.kind == "f" for x in args)
]
"""The examples with floats among their arguments."""
ONE_WAY = {
    "nextafter",
    "pallas_call",
    "random_gamma",
    "reduce_window",
    "reduce_window_max",
    "select_and_gather_add",
    "while",
    "zeta",
}
"""What JAX itself cannot differentiate, as the examples use it."""
DERIVED = {
    ("add_any", 0),
    ("conv_general_dilated", 5),
    ("conv_general_dilated", 6),
    ("custom_linear_solve", 1),
    ("igammac", 0),
    ("polygamma", 1),
    ("reduce_window_sum", 1),
    ("remat2", 0),
    ("scan", 3),
    ("scatter-add", 2),
    ("select_and_scatter_add", 0),
    ("select_and_scatter_add", 1),
}
"""Examples that are gradients themselves, or near to another: of these the values are enough."""
TIED = {("cummax", 0), ("reduce_max", 0), ("reduce_min", 0), ("stop_gradient", 0)}
"""Where JAX's slope is another by convention: at ties, and where it is told to cut."""
COARSE = {("convert_element_type", 0): 1e-7, ("reduce_precision", 0): 1e-11}
"""Examples that round on their way, by how much."""
QUICKLY = {"xla_backend_optimization_level": 0}
UNSEEN = {"closed_call", "composite", "copy_p", "core_call", "expand_dims", "igamma_grad_a"}
"""Operations that are in no forward program of the examples."""


def in_floats(function: Any) -> Any:
    """A function whose integers and truth values are floats in the end, so that they are seen."""

    def run(*args: Any) -> Any:
        found = map(jnp.asarray, jax.tree.leaves(function(*args)))
        return [y if jnp.issubdtype(y.dtype, np.floating) else y.astype(float) for y in found]

    return run


def has_reverse(name: str, k: int) -> bool:
    """Whether the gradient of an example is followed too."""
    return name not in ONE_WAY and (name, k) not in DERIVED


@cache
def recorded(name: str, k: int) -> Run:
    """The record of an example, with 64-bit types, and with its reverse mode if JAX has one."""
    function, args = EXAMPLES[name][k]
    return run_function(in_floats(function), args, reverse=has_reverse(name, k), wide=True)


def agree(step: Step | None, expected: Any, share: float) -> None:
    """A step has in balls the same numbers, up to a share of the largest."""
    true = np.asarray(expected)
    size = np.abs(true[np.isfinite(true)]).max(initial=0)
    found = np.zeros(true.shape) if step is None else midpoints(over_balls([step])[0])
    np.testing.assert_allclose(found, true, rtol=share, atol=share * size)


@pytest.mark.parametrize(("name", "k"), MOVING)
def test_steps_are_what_jax_computes(name: str, k: int) -> None:
    """Outputs, the claim's formula and the truth of every gradient, each in balls."""
    run, share = recorded(name, k), COARSE.get((name, k), 1e-12)
    for y in run.outputs.values():
        agree(y, y.value, share)
    seeds = {y: run.cotangents.get(n, 1.0) for n, y in run.outputs.items()}
    true = gradients(seeds, list(run.inputs.values()), stable=True)
    for g, (x, floats) in zip(true, run.returned.items(), strict=has_reverse(name, k)):
        agree(run.claimed[x], floats, 10 * share)
        if (name, k) not in TIED:
            agree(g, floats, 10 * share)


@pytest.mark.parametrize("name", sorted((CONTROL | LAYOUTS | INDEXED).keys() - UNSEEN))
def test_programs_inside_and_moves_are_jax_s(name: str) -> None:
    """Loops, branches, calls and moves, followed in Python, end where JAX's own do."""
    for k in (k for own, k in MOVING if own == name):
        function, args = EXAMPLES[name][k]
        with jax.enable_x64(True):
            lowered = jax.jit(in_floats(function)).lower(*args)
            expected = lowered.compile(compiler_options=QUICKLY)(*args)
        for step, y in zip(recorded(name, k).outputs.values(), expected, strict=True):
            np.testing.assert_allclose(step.value, y, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("name", "k"), [c for c in MOVING if c[0] in INDEXED | SEVERAL | CONTROL])
def test_decisions_can_be_made_afresh(name: str, k: int) -> None:
    """Indices, orders and masks follow from the floats of the record again, at the same point."""
    outputs = list(recorded(name, k).outputs.values())
    pairs = zip(over_floats(outputs, afresh=True), over_floats(outputs), strict=True)
    for afresh, replayed in pairs:
        np.testing.assert_array_equal(afresh, replayed)


def test_every_rule_has_an_example() -> None:
    """No rule stands untried, and none stands twice."""
    tables = (RULES, SEVERAL, INDEXED, LAYOUTS, CONTROL)
    known = set().union(*tables) | COMPARISONS.keys()
    assert sum(map(len, tables)) == len(set().union(*tables))
    with jax.enable_x64(True):
        traced = [jax.make_jaxpr(f)(*args).jaxpr for own in EXAMPLES.values() for f, args in own]
    met = {e.primitive.name for jaxpr in traced for e in every_equation(jaxpr)}

    assert known - met == UNSEEN
