"""Networks over pytrees of parameters: recurrent ones by scan, dense ones, and plain code."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wild_frameworks import normal, twins
from wild_frameworks.jax_rules import ruled


def rnn(h: Any, xs: Any, U: Any, V: Any) -> Any:
    """h_t = tanh(x_t U + h_{t-1} V), and all of them are returned."""

    def step(h: Any, x: Any) -> Any:
        h = jnp.tanh(x @ U + h @ V)
        return h, h

    return jax.lax.scan(step, h, xs)[1]


def rnn_fwd(h: Any, xs: Any, U: Any, V: Any) -> Any:
    """Inputs, weights and all states are kept."""
    hs = rnn(h, xs, U, V)
    return hs, (h, xs, U, V, hs)


def rnn_bwd(saved: Any, g: Any, through_time: float = 1.0) -> Any:
    """Back through time; what comes from later steps is multiplied by `through_time`."""
    h, xs, U, V, hs = saved

    def step(carry: Any, now: Any) -> Any:
        later, dU, dV = carry
        x, y, before, dy = now
        da = (dy + through_time * later) * (1 - y * y)
        return (da @ V.T, dU + jnp.outer(x, da), dV + jnp.outer(before, da)), da @ U.T

    before = jnp.concatenate([h[None], hs[:-1]])
    start = (jnp.zeros_like(h), jnp.zeros_like(U), jnp.zeros_like(V))
    (dh, dU, dV), dxs = jax.lax.scan(step, start, (xs, hs, before, g), reverse=True)
    return dh, dxs, dU, dV


def rnn_bwd_truncated(saved: Any, g: Any) -> Any:
    """Truncated after a single step."""
    return rnn_bwd(saved, g, 0.0)


def decayed(params: Any, x: Any, t: Any) -> Any:
    """Mean squared error of a two-layer network, with weight decay."""
    h = jnp.tanh(x @ params["W1"] + params["b1"])
    y = h @ params["W2"] + params["b2"]
    penalty = sum((params[name] ** 2).sum() for name in ("W1", "W2"))
    return ((y - t) ** 2).mean() + 0.05 * penalty


def decayed_fwd(params: Any, x: Any, t: Any) -> Any:
    """Everything is computed again in the backward."""
    return decayed(params, x, t), (params, x, t)


def decayed_bwd(saved: Any, g: Any, decay: float = 0.1) -> Any:
    """By hand; `decay` is twice the penalty's factor."""
    params, x, t = saved
    h = jnp.tanh(x @ params["W1"] + params["b1"])
    dy = 2 * g * (h @ params["W2"] + params["b2"] - t) / t.size
    da = dy @ params["W2"].T * (1 - h * h)
    grads = {
        "W1": x.T @ da + decay * g * params["W1"],
        "b1": da.sum(0),
        "W2": h.T @ dy + decay * g * params["W2"],
        "b2": dy.sum(0),
    }
    return grads, da @ params["W1"].T, -dy


def decayed_bwd_without_decay(saved: Any, g: Any) -> Any:
    """The penalty is in the loss alone."""
    return decayed_bwd(saved, g, 0.0)


def mean_loss(layers: Any, x: Any) -> Any:
    """Half the mean over the samples of a deep network's squared output; layers are (W, b)."""
    for W, b in layers:
        x = jnp.tanh(x @ W + b)
    return (x * x).sum() / 2 / len(x)


def mean_loss_fwd(layers: Any, x: Any) -> Any:
    """Every layer's output is kept."""
    outputs = [x]
    for W, b in layers:
        outputs.append(jnp.tanh(outputs[-1] @ W + b))
    return mean_loss(layers, x), (layers, outputs)


def mean_loss_bwd(saved: Any, g: Any) -> Any:
    """From the last layer to the first."""
    layers, outputs = saved
    dx, grads = g * outputs[-1] / len(outputs[0]), []
    for (W, _), x, y in reversed(list(zip(layers, outputs, outputs[1:], strict=False))):
        da = dx * (1 - y * y)
        grads.append((x.T @ da, da.sum(0)))
        dx = da @ W.T
    return grads[::-1], dx


def mean_loss_bwd_sum(saved: Any, g: Any) -> Any:
    """The gradient of the sum."""
    samples = len(saved[1][0])
    return mean_loss_bwd(saved, g * samples)


def standardised(x: Any) -> Any:
    """Plain code: a batch, standardised and squashed."""
    return jnp.tanh((x - x.mean(0)) / jnp.sqrt(x.var(0) + 1e-3))


def standardised_stopped(x: Any) -> Any:
    """The statistics are taken out of the gradient."""
    mean, var = jax.lax.stop_gradient((x.mean(0), x.var(0)))
    return jnp.tanh((x - mean) / jnp.sqrt(var + 1e-3))


def dictionary(seed: int) -> tuple[Any, ...]:
    """A two-layer network's parameters in a dictionary, five samples and their targets."""
    draw = np.random.default_rng(seed).standard_normal
    params = {"W1": draw((3, 4)), "b1": draw(4), "W2": draw((4, 2)), "b2": draw(2)}
    return params, draw((5, 3)), draw((5, 2))


def layers_in_a_list(seed: int) -> tuple[Any, ...]:
    """Three layers as a list of pairs, and five samples."""
    draw = np.random.default_rng(seed).standard_normal
    sizes = (3, 4, 4, 2)
    layers = [(draw((i, o)), draw(o)) for i, o in pairwise(sizes)]
    return layers, draw((5, 3))


CLAIMS = [
    *twins(
        "check_jax",
        "jax rnn",
        ruled(rnn, rnn_fwd, rnn_bwd),
        ruled(rnn, rnn_fwd, rnn_bwd_truncated),
        "path-left-out",
        normal((3,), (4, 2), (2, 3), (3, 3)),
    ),
    *twins(
        "check_jax",
        "jax weight decay",
        ruled(decayed, decayed_fwd, decayed_bwd),
        ruled(decayed, decayed_fwd, decayed_bwd_without_decay),
        "regulariser",
        dictionary,
    ),
    *twins(
        "check_jax",
        "jax mean loss",
        ruled(mean_loss, mean_loss_fwd, mean_loss_bwd),
        ruled(mean_loss, mean_loss_fwd, mean_loss_bwd_sum),
        "factor",
        layers_in_a_list,
    ),
    *twins(
        "check_jax",
        "jax standardised",
        standardised,
        standardised_stopped,
        "path-left-out",
        normal((4, 3)),
    ),
]
