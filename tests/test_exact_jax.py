"""JAX programs in exact arithmetic: rules that agree with JAX, gradients certified or convicted."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax_examples import EXAMPLES, IMAGE, KERNEL, MATRIX, POSITIVE, TIED, X, Y

from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import Lifted, balls, lift, midpoints
from reference.exact.ball import Ball
from reference.exact.rounding import units
from reference.exact.short import rounded, shorten
from reference.exact.witness import Exact, examine, point
from reference.exact_jax.calls import Call
from reference.exact_jax.claim import Claim, claim
from reference.exact_jax.control import CONTROL
from reference.exact_jax.elementwise import ELEMENTWISE
from reference.exact_jax.evaluation import RULES, evaluate
from reference.exact_jax.indexing import INDEXING
from reference.exact_jax.linear import LINEAR
from reference.exact_jax.program import trace, trace_gradient
from reference.exact_jax.reductions import REDUCTIONS
from reference.exact_jax.shapes import SHAPES
from reference.exact_jax.windows import WINDOWS
from reference.testimony import LOSS

FAMILIES = (ELEMENTWISE, SHAPES, REDUCTIONS, INDEXING, LINEAR, WINDOWS, CONTROL)
INFINITE = {
    "attention",
    "reduce_window_max",
    "reduce_window_min",
    "select_and_gather_add",
    "select_and_scatter_add",
}
"""What meets an infinity, which floats of fewer bits do not carry."""


@pytest.mark.parametrize("name", sorted(RULES.keys() | CONTROL.keys()))
def test_a_rule_computes_what_jax_computes(name: str) -> None:
    """Of every primitive, on float64, on balls and on shorter floats, as JAX does in float64."""
    for function, args in EXAMPLES[name]:
        program = trace(Call(function, args))
        assert name in program.primitives
        with jax.enable_x64(True):
            expected = [np.asarray(y) for y in jax.tree.leaves(jax.jit(function)(*args))]
        tensors = list(program.tensors.values())
        agree(evaluate(program, tensors), expected)
        with exactly(400):
            results = evaluate(program, [lift(t) for t in tensors])
            assert all(type(r) is Lifted for r in results if tensors and r.dtype.kind == "O")
            agree([floats(r) for r in results], expected)
        with rounded(45):
            if name not in INFINITE:
                agree(evaluate(program, [shorten(t) for t in tensors]), expected, 2.0**-36)


def agree(results: list[Any], expected: list[Any], share: float = 1e-12) -> None:
    """The same shapes and kinds; integers the same, floats up to a share of the largest."""
    for result, true in zip(results, expected, strict=True):
        assert result.shape == true.shape
        if true.dtype.kind == "f":
            size = np.abs(true[np.isfinite(true)]).max(initial=0)
            np.testing.assert_allclose(result, true, rtol=share, atol=share * size)
        else:
            assert result.dtype == true.dtype
            np.testing.assert_array_equal(result, true)


def floats(result: Any) -> Any:
    """The nearest float64 of balls; integers as they are."""
    return midpoints(balls(result), result.shape) if type(result) is Lifted else result


def test_every_example_is_of_a_rule() -> None:
    """No example is of a primitive that lost its rule; no primitive has two rules."""
    assert EXAMPLES.keys() == RULES.keys() | CONTROL.keys()
    assert len(RULES) + len(CONTROL) == len(EXAMPLES) == sum(map(len, FAMILIES))


@pytest.mark.parametrize(("name", "other"), [("tanh", "sin"), ("cummax", "cummin")])
def test_a_wrong_rule_is_noticed(name: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison with JAX fails where a rule is another primitive's."""
    monkeypatch.setitem(RULES, name, RULES[other])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        test_a_rule_computes_what_jax_computes(name)


def judged(function: Any, args: tuple[Any, ...], seed: int = 0) -> Exact:
    """What exact arithmetic says of a function's own gradient, with cotangents if it needs some."""
    made = claim_of(function, args)
    return examine(made.loss, made.gradient, point(made.at), list(made.tensors), seed)


def claim_of(function: Any, args: tuple[Any, ...]) -> Claim:
    """The claim of a call, its outputs weighed by random cotangents."""
    call = Call(function, args)
    rng = np.random.default_rng(2)
    outputs = trace(call).outputs.items()
    weighed = {n: y.shape for n, y in outputs if jnp.issubdtype(y.dtype, np.floating)}
    return claim(call, {f"d {n}": rng.normal(size=shape) for n, shape in weighed.items()})


def mlp(params: Any, x: Any, labels: Any) -> Any:
    """Dropout by a fixed key, softmax cross-entropy."""
    h = jnp.tanh(x @ params["W"] + params["b"])
    keep = jax.random.bernoulli(jax.random.key(3), 0.7, h.shape)
    h = jnp.where(keep, h / 0.7, 0.0)
    return -jax.nn.log_softmax(h)[jnp.arange(len(labels)), labels].mean()


def cnn(w: Any, x: Any) -> Any:
    """Convolution, max pool, average pool."""
    y = jax.nn.silu(lax.conv_general_dilated(x, w, (1, 1), "SAME", feature_group_count=2))
    y = lax.reduce_window(y, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return lax.reduce_window(y, 0.0, lax.add, (1, 1, 2, 2), (1, 1, 1, 1), "SAME") / 4


def attention(q: Any, k: Any, v: Any) -> Any:
    """Two heads, masked by -inf."""
    scores = jnp.einsum("qhd,khd->hqk", q, k) / np.sqrt(q.shape[-1])
    mask = jnp.tril(jnp.ones(scores.shape[1:], bool))
    return jnp.einsum("hqk,khd->qhd", jax.nn.softmax(jnp.where(mask, scores, -jnp.inf)), v)


def lstm(params: Any, rows: Any) -> Any:
    """A scan over the rows."""

    def step(state: Any, x: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(jnp.concatenate([x, h]) @ params, 4)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), h

    return lax.scan(step, (jnp.zeros(2), jnp.zeros(2)), rows)


def normalised(x: Any, gamma: Any) -> Any:
    """Batch norm, layer norm and group norm, one after the other."""
    x = (x - x.mean(0)) * lax.rsqrt(x.var(0) + 1e-5) * gamma
    x = (x - x.mean(1, keepdims=True)) / jnp.sqrt(x.var(1, keepdims=True) + 1e-5)
    groups = x.reshape(3, 2, 2)
    return (groups / jnp.linalg.norm(groups, axis=-1, keepdims=True)).reshape(3, 4)


def embedded(table: Any, ids: Any) -> Any:
    """Rows looked up, some of them twice."""
    return jax.nn.logsumexp(table[ids].mean(1), axis=-1) + jax.nn.softplus(table[ids]).sum((1, 2))


DRAW = np.random.default_rng(8)
HEADS = tuple(DRAW.normal(size=(3, 2, 4)).astype(np.float32) for _ in range(3))
LAYER = {"W": DRAW.normal(size=(4, 5)).astype(np.float32), "b": DRAW.normal(size=5), "unused": None}
NETWORKS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "mlp": (mlp, (LAYER, Y, np.array([0, 4, 2]))),
    "cnn": (cnn, (KERNEL, IMAGE)),
    "attention": (attention, HEADS),
    "lstm": (lstm, (DRAW.normal(size=(6, 8)), Y)),
    "norms": (normalised, (Y, X[0])),
    "embedding": (embedded, (Y, np.array([[0, 2], [1, 1]]))),
    "vmap": (jax.vmap(lambda x, y: jnp.outer(x, y) @ y / (1 + x @ x)), (X, Y)),
    "remat": (jax.checkpoint(lambda x: jnp.sin(jnp.exp(x)) * x), (Y,)),
    "solve": (jnp.linalg.solve, (MATRIX, X)),
    "gaussian": (lambda a: jnp.linalg.slogdet(a)[1] + jnp.linalg.cholesky(a), (POSITIVE,)),
    "sorted": (lambda x: jnp.sort(x, 1) * jnp.arange(4) + jnp.cumsum(jnp.cumprod(x, 1), 0), (Y,)),
    "extremes": (lambda x: jnp.tanh(x).max(1) * jnp.ptp(jnp.exp(x), axis=1), (Y,)),
    "loop": (lambda x: lax.fori_loop(0, 3, lambda i, y: jnp.tanh(y @ x.T @ x), x), (Y,)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_of_a_network_is_certified(name: str) -> None:
    """JAX's derivative has Taylor order 3, with no first-order term missing above 1e-56 of it."""
    found = judged(*NETWORKS[name])
    assert found.order.odd > 2.9
    assert found.order.smooth
    assert found.order.residue < 1e-56


@pytest.mark.parametrize("name", NETWORKS)
def test_the_exact_gradient_is_that_of_jax(name: str) -> None:
    """Tensor by tensor, what JAX computes in float64 lies within what rounding makes here."""
    function, args = NETWORKS[name]
    made = claim_of(function, args)
    exact = judged(function, args)
    unit, _ = units(made.gradient, made.at, exact.values, "float64")
    with jax.enable_x64(True):
        results = jax.jit(jax.extend.core.jaxpr_as_fun(made.gradients.jaxpr))(*made.at.values())
    for key, result in zip((LOSS, *made.tensors), results, strict=True):
        errors = np.abs(midpoints(exact.values[key], result.shape) - np.asarray(result))
        assert errors.max() <= 32 * unit[key] < 1e-9 or name in INFINITE


def with_rule(factor: float) -> Callable[[Any], Any]:
    """A custom_vjp of tanh whose derivative is off by a factor."""

    @jax.custom_vjp
    def tanh(x: Any) -> Any:
        return jnp.tanh(x)

    def forward(x: Any) -> Any:
        y = jnp.tanh(x)
        return y, y

    tanh.defvjp(forward, lambda y, dy: (factor * dy * (1 - y * y),))
    return lambda x: (tanh(x) ** 2).sum()


@pytest.mark.parametrize(("factor", "order"), [(1.0, 3), (1 + 1e-7, 1), (1 - 1e-13, 1)])
def test_a_custom_rule_is_what_is_judged(factor: float, order: int) -> None:
    """A custom backward off by one part in 10^7, or 10^13, has order 1; the right one, order 3."""
    assert judged(with_rule(factor), (Y,)).order.odd == pytest.approx(order, abs=0.1)


def test_a_custom_jvp_is_what_is_judged() -> None:
    """A custom_jvp with the wrong derivative is convicted, though the function is right."""
    square = jax.custom_jvp(lambda x: x * x)
    square.defjvp(lambda primals, tangents: (square(*primals), primals[0] * tangents[0]))
    assert judged(square, (Y,)).order.odd == pytest.approx(1, abs=0.1)


def test_what_is_computed_from_cotangents_alone_is_exact() -> None:
    """A rule that scales its cotangent by 1/3, as the function does its input, is right to 1e-56:
    cotangents are inputs of the programs, where constants would be divided in floats.
    """
    third = jax.custom_vjp(lambda x: x / 3)
    third.defvjp(lambda x: (x / 3, None), lambda _, dy: (dy / 3,))
    found = judged(third, (Y,))
    assert found.order.odd > 2.9 and found.order.residue < 1e-56


def test_leaves_are_named_as_they_are_written() -> None:
    """Arguments by their names, leaves by their paths, so are outputs; integers are constants."""

    def function(params: Any, x: Any, *rest: Any) -> Any:
        return {"y": params["W"][1] * x, "n": rest[0]}, rest[1]

    program = trace(Call(function, ({"W": [X, X], "k": None}, 2.0, 3, Y)))
    assert list(program.tensors) == ["params['W'][0]", "params['W'][1]", "x", "rest[1]"]
    assert list(program.outputs) == ["output[0]['n']", "output[0]['y']", "output[1]"]
    kept = trace(Call(function, ({"W": [X, X]}, 2.0, 3, Y), argnums=(1,)))
    assert list(kept.tensors) == ["x"]
    unsigned = trace(Call(dict, ({"a": X},)))
    assert list(unsigned.tensors) == ["args[0]['a']"]


@pytest.mark.parametrize("wide", [False, True])
def test_the_users_configuration_stays(wide: bool) -> None:
    """Whether 64-bit types are on is afterwards as it was before, also after a refusal."""
    for before in (False, True):
        with jax.enable_x64(before):
            program = trace_gradient(Call(mlp, NETWORKS["mlp"][1], wide=wide))
            evaluate(program, list(program.tensors.values()))
            with pytest.raises(CannotFollow):
                trace(Call(float, (1.0,), wide=wide))
            assert jnp.zeros(1, float).dtype == (jnp.float64 if before else jnp.float32)


def test_no_constant_of_a_float32_program_is_rounded() -> None:
    """A float32 constant is its exact value, a Python constant its float64."""
    constant = np.float32(0.1)
    program = trace_gradient(Call(lambda x: 0.1 * x + constant * x, (np.float32(2),)))
    with exactly(400):
        slope = evaluate(program, [lift(np.array(2.0))])[1]
        assert balls(slope)[0] == (Ball(float(constant)) + 0.1).value


def test_random_numbers_are_the_users_where_the_trace_is_narrow() -> None:
    """Not traced wide, dropout in float32 drops what the user sees it drop."""
    x = np.ones((8, 8), np.float32)

    def dropped(x: Any) -> Any:
        return (x * jax.random.uniform(jax.random.key(1), x.shape)).sum()

    seen = np.asarray(jax.grad(dropped)(x))
    narrow = evaluate(trace_gradient(Call(dropped, (x,), wide=False)), [x])[1]
    wide = evaluate(trace_gradient(Call(dropped, (x,))), [x])[1]
    np.testing.assert_array_equal(narrow, seen)
    assert np.abs(wide - seen).max() > 0.1


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no rule": (lambda x: jnp.linalg.eigvalsh(x), "primitive 'eigh': it has no exact rule"),
    "precision": (lambda x: lax.reduce_precision(x, 8, 7), "'reduce_precision': it has no exact"),
    "an open comparison": (
        lambda x: jnp.where(jnp.sin(x) ** 2 + jnp.cos(x) ** 2 > 1, x, 0.0),
        "primitive 'gt': a comparison is undecided at 400 bits",
    ),
    "an open integer": (
        lambda x: (jnp.sin(x) ** 2 + jnp.cos(x) ** 2).astype(int),
        "'convert_element_type': a whole number is undecided",
    ),
    "an order": (
        lambda x: jnp.argmax(jnp.stack([jnp.exp(2 * x), jnp.exp(x) ** 2])),
        "'argmax': a comparison is undecided",
    ),
    "a function scattered": (
        lambda x: x.at[0].apply(jnp.sin),
        "'scatter': a scatter that applies a function",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused_by_name_and_line(name: str) -> None:
    """The refusal names JAX's primitive and the line of the user's code that it comes from."""
    function, message = REFUSED[name]
    program = trace(Call(function, (POSITIVE,)))
    with exactly(400), pytest.raises(CannotFollow, match=message) as refusal:
        evaluate(program, [lift(POSITIVE)])
    assert "test_exact_jax.py:" in str(refusal.value)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x if x.sum() > 0 else -x,
        lambda x: x * float(x[0, 0]),
        lambda x: jnp.asarray(np.asarray(x) * 2),
        lambda x: x[: int(x[0, 0])],
    ],
)
def test_python_that_needs_a_number_is_refused_by_line(function: Any) -> None:
    """Code that JAX cannot trace is refused in one sentence with its line."""
    with pytest.raises(CannotFollow, match=r"(?s)^JAX cannot trace.*test_exact_jax\.py:\d+$"):
        trace(Call(function, (X,)))


def test_many_outputs_need_cotangents() -> None:
    """Without cotangents, a function of more than one number has no loss."""
    with pytest.raises(ValueError, match="cotangents are needed"):
        claim(Call(jnp.sin, (X,)))


def test_a_tie_is_noticed_and_treated_as_jax_does() -> None:
    """At a tie, the ball's gradient is JAX's: halves for max, the first one for a window."""
    for function in (lambda x: x.max(), lambda x: jnp.maximum(x[0, 1], x[0, 2])):
        made = claim(Call(function, (TIED,)))
        with exactly(400) as watch:
            found = made.gradient({"x": lift(TIED)})["x"]
            assert watch.ties
            np.testing.assert_array_equal(floats(found), jax.grad(function)(TIED))
