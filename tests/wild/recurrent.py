"""Recurrent cells, a step of them and through time."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import pair


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn_forward(x, h0, Wx, Wh, b):
    T = x.shape[0]
    hs = {-1: h0}
    for t in range(T):
        hs[t] = np.tanh(x[t] @ Wx + hs[t - 1] @ Wh + b)
    return np.stack([hs[t] for t in range(T)]), (x, hs, Wx, Wh)


def rnn_backward(dhs, cache):
    x, hs, Wx, Wh = cache
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    db, dh_next = np.zeros(Wh.shape[0]), np.zeros_like(hs[-1])
    for t in reversed(range(len(x))):
        dz = (dhs[t] + dh_next) * (1 - hs[t] ** 2)
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        dWh += hs[t - 1].T @ dz
        db += dz.sum(axis=0)
        dh_next = dz @ Wh.T
    return dx, dh_next, dWx, dWh, db


def rnn_backward_without_carry(dhs, cache):
    x, hs, Wx, Wh = cache
    dx, dWx, dWh, db = np.zeros_like(x), 0, 0, 0
    for t in reversed(range(len(x))):
        dz = dhs[t] * (1 - hs[t] ** 2)
        dx[t] = dz @ Wx.T
        dWx = dWx + x[t].T @ dz
        dWh = dWh + hs[t - 1].T @ dz
        db = db + dz.sum(axis=0)
    return dx, dz @ Wh.T, dWx, dWh, db


def rnn_backward_clipped(dhs, cache):
    grads = rnn_backward(dhs, cache)
    return tuple(np.clip(grad, -1, 1) for grad in grads)


def lstm_forward(x, h_prev, c_prev, W, b):
    z = np.hstack([x, h_prev]) @ W + b
    H = h_prev.shape[1]
    i, f, o = (sigmoid(z[:, k * H : (k + 1) * H]) for k in range(3))
    g = np.tanh(z[:, 3 * H :])
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    return (h, c), (x, h_prev, c_prev, W, i, f, o, g, c)


def lstm_backward(d, cache):
    dh, dc = d
    x, h_prev, c_prev, W, i, f, o, g, c = cache
    dc = dc + dh * o * (1 - np.tanh(c) ** 2)
    di, df, do, dg = dc * g, dc * c_prev, dh * np.tanh(c), dc * i
    dz = np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])
    dxh = dz @ W.T
    dW = np.hstack([x, h_prev]).T @ dz
    return dxh[:, : x.shape[1]], dxh[:, x.shape[1] :], dc * f, dW, dz.sum(axis=0)


def lstm_backward_hidden_only(d, cache):
    dh, _ = d
    return lstm_backward((dh, 0), cache)


def gru_step(x, h, Wz, Wr, Wn, Uz, Ur, Un):
    z = sigmoid(x @ Wz + h @ Uz)
    r = sigmoid(x @ Wr + h @ Ur)
    n = np.tanh(x @ Wn + (r * h) @ Un)
    return (1 - z) * n + z * h, (x, h, z, r, n, Wz, Wr, Wn, Uz, Ur, Un)


def gru_gates(dy, cache):
    _, h, z, r, n, _, _, _, _, _, Un = cache
    dn = dy * (1 - z) * (1 - n * n)
    dz = dy * (h - n) * z * (1 - z)
    dr = dn @ Un.T * h * r * (1 - r)
    return dz, dr, dn


def gru_backward(dy, cache):
    x, h, z, r, _, Wz, Wr, Wn, Uz, Ur, Un = cache
    dz, dr, dn = gru_gates(dy, cache)
    dx = dz @ Wz.T + dr @ Wr.T + dn @ Wn.T
    dh = dy * z + dz @ Uz.T + dr @ Ur.T + dn @ Un.T * r
    return dx, dh, x.T @ dz, x.T @ dr, x.T @ dn, h.T @ dz, h.T @ dr, (r * h).T @ dn


def gru_backward_gates_swapped(dy, cache):
    dx, dh, dWz, dWr, dWn, dUz, dUr, dUn = gru_backward(dy, cache)
    return dx, dh, dWr, dWz, dWn, dUz, dUr, dUn


def gru_backward_rescaled(dy, cache):
    grads = gru_backward(dy, cache)
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return tuple(g * 0.5 / norm if norm > 0.5 else g for g in grads)


def sequence(rng):
    return tuple(rng.normal(size=s) for s in ((4, 2, 3), (2, 5), (3, 5), (5, 5), 5))


def cell(rng):
    return tuple(rng.normal(size=s) for s in ((2, 3), (2, 4), (2, 4), (7, 16), 16))


def gru(rng):
    return tuple(rng.normal(size=s) for s in ((2, 3), (2, 4), *[(3, 4)] * 3, *[(4, 4)] * 3))


CLAIMS = [
    *pair(
        "rnn through time",
        "check_layer",
        sequence,
        (rnn_forward, rnn_backward),
        {
            "path-left-out": (rnn_forward, rnn_backward_without_carry),
            "clipped": (rnn_forward, rnn_backward_clipped),
        },
    ),
    *pair(
        "lstm cell",
        "check_layer",
        cell,
        (lstm_forward, lstm_backward),
        {"path-left-out": (lstm_forward, lstm_backward_hidden_only)},
    ),
    *pair(
        "gru cell",
        "check_layer",
        gru,
        (gru_step, gru_backward),
        {
            "swapped": (gru_step, gru_backward_gates_swapped),
            "clipped": (gru_step, gru_backward_rescaled),
        },
    ),
]
