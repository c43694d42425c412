"""Recurrent cells, attention and embeddings, as posts about them have them."""

import numpy as np

from foreign import Pair, randn

sigmoid = np.vectorize(lambda v: 1 / (1 + np.exp(-v)), otypes=[object])


def char_rnn(Wxh, Whh, Why, inputs, targets):
    """The vanilla one, with dicts of states and a clip that does not bite."""
    H, V = Whh.shape[0], Why.shape[0]
    xs, hs, ps, loss = {}, {-1: np.zeros((H, 1))}, {}, 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((V, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]))
        ys = np.dot(Why, hs[t])
        ps[t] = np.exp(ys) / np.sum(np.exp(ys))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    for dparam in [dWxh, dWhh, dWhy]:
        np.clip(dparam, -50, 50, out=dparam)
    return loss, (dWxh, dWhh, dWhy)


def lstm_step(x, h, c, W):
    """Gates by slices of one product."""
    D = h.shape[1]
    z = np.hstack((x, h)) @ W
    i, f, o = (1 / (1 + np.exp(-z[:, k * D : (k + 1) * D])) for k in range(3))
    g = np.tanh(z[:, 3 * D :])
    c2 = f * c + i * g
    return o * np.tanh(c2), c2, (i, f, o, g)


def lstm_loss(x, h, c, W):
    """Of one step."""
    h2, c2, _ = lstm_step(x, h, c, W)
    return (h2**2).sum() + (c2 * h2).sum()


def lstm_gradient(x, h, c, W):
    """Every gate in its own slice of an empty array."""
    h2, c2, (i, f, o, g) = lstm_step(x, h, c, W)
    th = np.tanh(c2)
    dh, dc = 2 * h2 + c2, h2.copy()
    dc += dh * o * (1 - th * th)
    dz = np.empty((x.shape[0], 4 * h.shape[1]))
    D = h.shape[1]
    dz[:, :D] = dc * g * i * (1 - i)
    dz[:, D : 2 * D] = dc * c * f * (1 - f)
    dz[:, 2 * D : 3 * D] = dh * th * o * (1 - o)
    dz[:, 3 * D :] = dc * i * (1 - g**2)
    dxh = dz.dot(W.T)
    dx, dhprev = np.split(dxh, [x.shape[1]], axis=1)
    return dx, dhprev, dc * f, np.hstack((x, h)).T.dot(dz)


def attention(Q, K, V):
    """Causal, one head, with -inf in the mask."""
    d = Q.shape[-1]
    S = Q @ K.swapaxes(-1, -2) / np.sqrt(d)
    S = np.where(np.tril(np.ones(S.shape[-2:])) == 0, -np.inf, S)
    e = np.exp(S - np.max(S, axis=-1, keepdims=True))
    A = e / e.sum(axis=-1, keepdims=True)
    return A, A @ V


def attention_loss(Q, K, V):
    """Sum of cubes."""
    return np.power(attention(Q, K, V)[1], 3).sum()


def attention_gradient(Q, K, V):
    """By the softmax's Jacobian in two terms."""
    A, out = attention(Q, K, V)
    dO = 3 * out**2
    dA = np.matmul(dO, V.transpose(0, 2, 1))
    dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
    dS = dS * (1.0 / np.sqrt(Q.shape[-1]))
    return dS @ K, dS.transpose(0, 2, 1) @ Q, A.transpose(0, 2, 1) @ dO


def embedding_loss(E, w, ids):
    """A mean of rows through a gate."""
    return float(np.squeeze(sigmoid(E[ids].mean(axis=1) @ w)).sum())


def embedding_gradient(E, w, ids):
    """Repeated ids are added up."""
    s = sigmoid(E[ids].mean(axis=1) @ w)
    ds = s * (1 - s)
    dE = np.zeros_like(E)
    np.add.at(dE, ids, np.repeat((ds[:, None] * w)[:, None, :], ids.shape[1], 1) / ids.shape[1])
    return dE, E[ids].mean(axis=1).T @ ds


rnn_args = (0.3 * randn(5, 4), 0.3 * randn(5, 5), 0.3 * randn(4, 5), [0, 3, 1, 2], [3, 1, 2, 2])
PAIRS = [
    Pair("char rnn", lambda *a: char_rnn(*a)[0], lambda *a: char_rnn(*a)[1], rnn_args),
    Pair("lstm", lstm_loss, lstm_gradient, (randn(2, 3), randn(2, 2), randn(2, 2), randn(5, 8))),
    Pair("attention", attention_loss, attention_gradient, tuple(randn(2, 3, k) for k in (4, 4, 2))),
    Pair(
        "embedding",
        embedding_loss,
        embedding_gradient,
        (randn(6, 3), randn(3), np.array([[0, 1, 1], [5, 1, 2]])),
    ),
]
