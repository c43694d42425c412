"""Five JAX functions with rules of their own: the forward, what it keeps, the backward by hand."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def ruled(function: Any, forward: Any, backward: Any) -> Callable[..., Any]:
    """A function with its reverse rule."""
    made: Any = jax.custom_vjp(function)
    made.defvjp(forward, backward)
    return made


def softmax_forward(x: Any) -> Any:
    """y_k = exp x_k / sum_j exp x_j, along the last axis."""
    e = jnp.exp(x - x.max(-1, keepdims=True))
    y = e / e.sum(-1, keepdims=True)
    return y, y


def softmax_backward(y: Any, dy: Any) -> Any:
    """dx_k = y_k (dy_k - sum_j dy_j y_j)."""
    return (y * (dy - (dy * y).sum(-1, keepdims=True)),)


def layer_norm_forward(x: Any, gamma: Any, beta: Any) -> Any:
    """x: (n, i)  y_ni = gamma_i xhat_ni + beta_i, where xhat_n has mean 0 and variance 1."""
    r = jax.lax.rsqrt(x.var(1, keepdims=True) + 1e-6)
    xhat = (x - x.mean(1, keepdims=True)) * r
    return gamma * xhat + beta, (xhat, r, gamma)


def layer_norm_backward(kept: Any, dy: Any) -> Any:
    """With u = gamma dy: dx = r (u - mean(u) - xhat mean(u xhat)), means along i."""
    xhat, r, gamma = kept
    u = gamma * dy
    dx = r * (u - u.mean(1, keepdims=True) - xhat * (u * xhat).mean(1, keepdims=True))
    return dx, (dy * xhat).sum(0), dy.sum(0)


def attention_forward(q: Any, k: Any, v: Any) -> Any:
    """q: (a, d)  k: (b, d)  v: (b, e)  y = P v, where P is the softmax of q k.T / sqrt(d)."""
    scale = q.shape[1] ** -0.5
    P, _ = softmax_forward(scale * q @ k.T)
    return P @ v, (q, k, v, P)


def attention_backward(kept: Any, dy: Any) -> Any:
    """With dP = dy v.T and dS of the softmax: dq = dS k / sqrt(d), dk = dS.T q / sqrt(d)."""
    q, k, v, P = kept
    (dS,) = softmax_backward(P, dy @ v.T)
    scale = q.shape[1] ** -0.5
    return scale * dS @ k, scale * dS.T @ q, P.T @ dy


def ridge_forward(params: Any, x: Any, t: Any) -> Any:
    """x: (n, i)  t: (n, o)  mean of (x W + b - t)^2, and a twentieth of the sum of W^2."""
    r = x @ params["W"] + params["b"] - t
    return (r * r).mean() + 0.05 * (params["W"] ** 2).sum(), (params["W"], x, r)


def ridge_backward(kept: Any, dy: Any) -> Any:
    """With dr = 2 r dy / (n o): dW = x.T dr + W dy / 10, db = sum_n dr_n, dx = dr W.T, dt = -dr."""
    W, x, r = kept
    dr = 2 * dy * r / r.size
    return {"W": x.T @ dr + 0.1 * dy * W, "b": dr.sum(0)}, dr @ W.T, -dr


def rnn_forward(h: Any, xs: Any, U: Any, V: Any) -> Any:
    """h: (o,)  xs: (t, i)  y_t = tanh(x_t U + y_{t-1} V), with y_{-1} = h."""

    def step(h: Any, x: Any) -> Any:
        y = jnp.tanh(x @ U + h @ V)
        return y, y

    ys = jax.lax.scan(step, h, xs)[1]
    return ys, (h, xs, U, V, ys)


def rnn_backward(kept: Any, dys: Any) -> Any:
    """Backwards in t: da_t = (dy_t + da_{t+1} V.T) (1 - y_t^2), from which all else follows."""
    h, xs, U, V, ys = kept

    def step(later: Any, now: Any) -> Any:
        y, dy = now
        da = (dy + later) * (1 - y * y)
        return da @ V.T, da

    dh, das = jax.lax.scan(step, jnp.zeros_like(h), (ys, dys), reverse=True)
    before = jnp.concatenate([h[None], ys[:-1]])
    return dh, das @ U.T, xs.T @ das, before.T @ das


def without_rule(forward: Any) -> Callable[..., Any]:
    """The function that a forward computes, without what it keeps."""
    return lambda *args: forward(*args)[0]


def pair(forward: Any, backward: Any) -> Callable[..., Any]:
    """The function of a forward, with the backward as its rule."""
    return ruled(without_rule(forward), forward, backward)


softmax = pair(softmax_forward, softmax_backward)
layer_norm = pair(layer_norm_forward, layer_norm_backward)
attention = pair(attention_forward, attention_backward)
ridge = pair(ridge_forward, ridge_backward)
rnn = pair(rnn_forward, rnn_backward)
