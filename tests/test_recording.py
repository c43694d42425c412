"""The graph of a forward pass on trial: it is the loss's own, and recording it leaves no trace."""

import linecache
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from planted_gradients import graph
from planted_paths import ATTENTION, FLOORED, FUNCTIONS, TWO
from wild import CLAIMS, WildClaim
from wild_frameworks import FrameworkClaim, claims

from backproof.diagnosis.graph import Graph
from backproof.oracle import recording, tape
from backproof.check.arguments.trees import argument_names, flatten
from backproof.check.request import Asked
from backproof.check.in_jax.code import accuse
from backproof.check.in_torch.call import take_apart
from backproof.check.in_torch.code import torch_function
from backproof.oracle.numpy_code import layer, pair
from backproof.oracle.recording import Unfaithful, recorded
from backproof.oracle.tape import TooLong
from reference.exact import arrays
from reference.exact.arithmetic import Watch
from reference.exact.ball import Ball
from reference.exact_jax import evaluation as jax_rules
from reference.exact_numpy import followed, linear, ufuncs
from reference.exact_torch import rules as torch_rules

RIGHT = [c for c in CLAIMS if c.right and c.cause != "convention"]
FRAMEWORKS = [c for c in claims() if c.right and "kink" not in c.cause]
PLACELESS = ("torch embedding", "jax lookup", "jax cosine", "jax erf", "jax tanh")
"""Claims that compute nothing, and JAX's own functions, which have no line of the user's."""
OF_THE_TIME = (Ball, arrays, followed, linear)


def drawn(function: Any, seed: int = 0) -> tuple[dict[str, Any], Any]:
    """Inputs and a cotangent."""
    rng = np.random.default_rng(seed)
    return function.inputs(rng), rng.standard_normal(function.dy)


def recorded_of(claim: WildClaim) -> tuple[Graph, Any]:
    """The graph of a claim, and what is known of the claim in floats."""
    first, second, *args = claim.arguments(0)
    arguments = flatten(args, argument_names(first, len(args)))
    asked = Asked(claim.way, claim.name, "", 0, 2.0)
    accused = (pair if claim.way == "check" else layer)(first, second, arguments, asked)
    with accused.exact() as runs:
        return recorded(runs, accused.at), accused


def recorded_of_framework(claim: FrameworkClaim) -> tuple[Graph, Any]:
    """The same of a function in PyTorch or JAX."""
    asked = Asked(claim.way, claim.name, "", 0, 2.0)
    function, *inputs = claim.arguments(0)
    if claim.way == "check_torch":
        accused = torch_function(take_apart(function, inputs), asked)
    else:
        accused = accuse(function, tuple(inputs), asked)
    with accused.exact() as runs:
        return recorded(runs, accused.at), accused


def by_name(name: str) -> FrameworkClaim:
    """A claim of the frameworks."""
    (claim,) = (claim for claim in FRAMEWORKS if claim.name == name)
    return claim


@pytest.mark.parametrize("claim", RIGHT, ids=lambda claim: claim.name)
def test_the_graph_has_the_gradient_of_right_code(claim: WildClaim) -> None:
    """Whatever style it is written in: loops, classes, ids, products of matrices, determinants."""
    found, accused = recorded_of(claim)
    gradients = found.gradients(found.slope)
    for name, x in accused.tensors.items():
        true = accused.observed.results[name]
        near = 1e-4 if x.dtype == np.float32 else 1e-11
        np.testing.assert_allclose(gradients[name], true, rtol=0, atol=near * abs(true).max())


def test_steps_say_where_they_stand() -> None:
    """By the file, the line and the expression of whoever wrote the code."""
    found, _ = recorded_of(next(c for c in CLAIMS if c.name == "rnn through time"))
    steps = [step for step in found.steps if step.op == "tanh"]
    assert [step.text for step in steps] == ["np.tanh(x[t] @ Wx + hs[t - 1] @ Wh + b)"]
    assert steps[0].file == "recurrent.py"
    source = (Path(__file__).parent / "wild" / "recurrent.py").read_text()
    assert steps[0].text in source.splitlines()[steps[0].line - 1]


@pytest.mark.parametrize("claim", FRAMEWORKS, ids=str)
def test_the_graph_of_a_traced_program_has_the_gradient_of_right_code(
    claim: FrameworkClaim,
) -> None:
    """In both frameworks every step but those of the weighing has a line of the claim's file."""
    found, accused = recorded_of_framework(claim)
    gradients = found.gradients(found.slope)
    for name in accused.tensors:
        true = accused.observed.results[name]
        near = 1e-4 if true.dtype == np.float32 else 1e-11
        np.testing.assert_allclose(gradients[name], true, rtol=0, atol=near * abs(true).max())
    own = [step for step in found.steps if step.file]
    assert bool(own) is (claim.name.removesuffix(", right") not in PLACELESS)
    for step in own:
        source = linecache.getline(str(step.site.file), step.line)
        assert step.text.removesuffix("...") in source


def test_operations_of_one_line_are_told_apart_and_those_of_a_loop_are_not() -> None:
    """JAX's scan runs its line four times, as one step for each operation in it."""
    found, _ = recorded_of_framework(by_name("jax rnn, right"))
    numbers = Counter(found.steps[k].text for k in found.kind if found.steps[k].op == "tanh")
    assert numbers == {"jnp.tanh(x @ U + h @ V)": 12}
    texts = {step.text for step in found.steps if step.op == "add" and step.file}
    assert texts == {"x @ U", "h @ V", "x @ U + h @ V"}


def test_what_a_framework_does_for_a_line_stands_at_that_line() -> None:
    """The maximum and the minimum inside of jnp.clip are where it is called, with their bounds."""
    found, _ = recorded_of_framework(by_name("jax relu6, right"))
    bounds = {s.op: (s.text, found.constant[found.kind == k]) for k, s in enumerate(found.steps)}
    for op, bound in (("maximum", 0), ("minimum", 1.5)):
        text, constants = bounds[op]
        assert text == "jnp.clip(x, 0, 1.5)"
        assert set(constants) == {bound}


def test_recording_leaves_the_rules_of_traced_programs_as_they_were() -> None:
    """Also those that are exchanged while the tape runs."""
    tables = torch_rules.RULES, jax_rules.RULES
    before = [dict(table) for table in tables]
    for name in ("torch gelu, right", "jax relu6, right"):
        recorded_of_framework(by_name(name))
    assert [dict(table) for table in tables] == before
    assert Watch.at is None


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if f.forward is not None])
def test_recording_leaves_no_trace(name: str) -> None:
    """Balls, products and functions are those that were there before, also after an error."""
    before = [dict(vars(one)) for one in OF_THE_TIME], dict(ufuncs.INSTEAD)
    function = FUNCTIONS[name]
    inputs = function.inputs(np.random.default_rng(0))
    dy = None if function.dy is None else np.ones(function.dy)
    graph(function.forward, inputs, dy)
    assert ([dict(vars(one)) for one in OF_THE_TIME], dict(ufuncs.INSTEAD)) == before

    def fails(p: Any) -> Any:
        if vars(Ball)["__add__"] is not before[0][0]["__add__"]:
            raise ZeroDivisionError
        return function.forward(p)

    with pytest.raises(ZeroDivisionError):
        graph(fails, inputs, dy)
    assert ([dict(vars(one)) for one in OF_THE_TIME], dict(ufuncs.INSTEAD)) == before


def test_a_graph_that_misses_an_operation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a function of balls goes by the tape, the slope of the loss is another one."""
    inputs, dy = drawn(TWO)
    forward = lambda p: p["x"] + np.cbrt(p["x"])  # noqa: E731 # a function as short as its use
    graph(forward, inputs, dy[0])
    monkeypatch.setattr(recording, "DIRECT", recording.DIRECT - {"cbrt"})
    with pytest.raises(Unfaithful, match="missing"):
        graph(forward, inputs, dy[0])


def test_a_tape_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forward pass of more numbers than are looked through is given up."""
    monkeypatch.setattr(tape, "MOST", 100)
    with pytest.raises(TooLong, match="more than 100"):
        graph(ATTENTION.forward, *drawn(ATTENTION))


def test_another_cotangent_is_another_set_of_slopes() -> None:
    """A graph with other weights has the gradients of one that is recorded with them."""
    inputs, dy = drawn(ATTENTION)
    other = np.random.default_rng(5).standard_normal(dy.shape)
    here, there = (graph(ATTENTION.forward, inputs, d) for d in (dy, other))
    moved, true = here.gradients(here.with_cotangent("dy", other)), there.gradients(there.slope)
    for name in inputs:
        np.testing.assert_allclose(moved[name], true[name], rtol=1e-12, atol=1e-14)


def test_tangents_and_adjoints_are_transposes() -> None:
    """What a move of the inputs makes of the loss is the same forwards and backwards."""
    found = graph(ATTENTION.forward, *drawn(ATTENTION))
    x = found.inputs["x"].ravel()
    start = np.zeros((len(found.kind), x.size))
    start[x, np.arange(x.size)] = 1
    ahead = found.tangents(start)[found.loss]
    np.testing.assert_allclose(ahead, found.adjoints(found.slope)[x], rtol=1e-12, atol=1e-14)


def test_every_edge_between_steps_is_in_one_group() -> None:
    """And those inside of a step, as of a sum, are in none."""
    found = graph(ATTENTION.forward, *drawn(ATTENTION))
    counts = sum(group.edges.astype(int) for group in found.groups())
    assert (counts == (found.kind[found.child] != found.kind[found.parent])).all()


def test_a_forward_pass_can_be_recorded_without_a_bound() -> None:
    """The graph then has the gradient of the function that has none."""
    inputs, dy = drawn(FLOORED)
    whole = graph(FLOORED.forward, inputs, dy)
    (bound,) = (step for step in whole.steps if step.op == "maximum")
    found = graph(FLOORED.forward, inputs, dy, [bound])
    free = graph(lambda p: np.log(np.sin(p["x"])) / np.sin(p["x"]) ** 2, inputs, dy)
    without = free.gradients(free.slope)["x"]
    np.testing.assert_allclose(found.gradients(found.slope)["x"], without, rtol=1e-12)
    assert abs(whole.gradients(whole.slope)["x"] - without).max() > 1e-3
