"""Right layers that recur: an RNN of 20 turns, GRU and LSTM cells in a row."""

from typing import Any

from backproof.power.rounding.layer import Layer, normal

TURNS = 20
B, D, H = 3, 4, 6


def _sigmoid(np: Any, a: Any) -> Any:
    return 1 / (1 + np.exp(-a))


def _rnn(np: Any, x: Any, h: Any, W: Any, U: Any) -> Any:
    states = [h]
    for t in range(TURNS):
        states.append(np.tanh(x[t] @ W + states[-1] @ U))
    return states[-1], (x, W, U, states)


def _rnn_back(np: Any, dh: Any, cache: Any) -> Any:
    x, W, U, states = cache
    dx, dW, dU = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U)
    for t in reversed(range(TURNS)):
        da = dh * (1 - states[t + 1] ** 2)
        dW += x[t].T @ da
        dU += states[t].T @ da
        dx[t] = da @ W.T
        dh = da @ U.T
    return dx, dh, dW, dU


def _gru(np: Any, x: Any, h: Any, *weights: Any) -> Any:
    Wz, Uz, Wr, Ur, Wn, Un = weights
    z, r = _sigmoid(np, x @ Wz + h @ Uz), _sigmoid(np, x @ Wr + h @ Ur)
    n = np.tanh(x @ Wn + (r * h) @ Un)
    return (1 - z) * n + z * h, (x, h, weights, z, r, n)


def _gru_back(np: Any, dy: Any, cache: Any) -> Any:
    x, h, (Wz, Uz, Wr, Ur, Wn, Un), z, r, n = cache
    dn = dy * (1 - z) * (1 - n * n)
    dz = dy * (h - n) * z * (1 - z)
    drh = dn @ Un.T
    dr = drh * h * r * (1 - r)
    dx = dz @ Wz.T + dr @ Wr.T + dn @ Wn.T
    dh = dy * z + drh * r + dz @ Uz.T + dr @ Ur.T
    return dx, dh, x.T @ dz, h.T @ dz, x.T @ dr, h.T @ dr, x.T @ dn, (r * h).T @ dn


def _lstm(np: Any, x: Any, h: Any, c: Any, W: Any, U: Any) -> Any:
    """Three turns; the gates lie side by side: input, forget, output, new."""
    kept = []
    for t in range(3):
        a = x[t] @ W + h @ U
        i, f, o = (_sigmoid(np, a[:, k * H : (k + 1) * H]) for k in range(3))
        n = np.tanh(a[:, 3 * H :])
        kept.append((h, c, i, f, o, n))
        c = f * c + i * n
        h = o * np.tanh(c)
    return h, (x, W, U, kept, c)


def _lstm_back(np: Any, dh: Any, cache: Any) -> Any:
    x, W, U, kept, after = cache
    dx, dW, dU, dc = np.zeros_like(x), np.zeros_like(W), np.zeros_like(U), np.zeros_like(after)
    for t in reversed(range(3)):
        h, c, i, f, o, n = kept[t]
        squashed = np.tanh(after)
        dc = dc + dh * o * (1 - squashed**2)
        gates = (dc * n * i * (1 - i), dc * c * f * (1 - f), dh * squashed * o * (1 - o))
        da = np.concatenate([*gates, dc * i * (1 - n * n)], axis=1)
        dx[t] = da @ W.T
        dW += x[t].T @ da
        dU += h.T @ da
        dh, dc, after = da @ U.T, dc * f, c
    return dx, dh, dc, dW, dU


RECURRENT = (
    Layer(
        "RNN of 20 turns",
        normal((TURNS, B, D), (B, H), (D, H), (H, H), scale={2: 0.5, 3: 0.4}),
        _rnn,
        _rnn_back,
    ),
    Layer(
        "GRU",
        normal((B, D), (B, H), *((D, H), (H, H)) * 3, scale=dict.fromkeys(range(2, 8), 0.4)),
        _gru,
        _gru_back,
    ),
    Layer(
        "LSTM",
        normal((3, B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), scale={3: 0.4, 4: 0.4}),
        _lstm,
        _lstm_back,
    ),
)
