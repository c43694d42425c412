"""Recurrent layers with backward passes by hand, in plain NumPy, to plant mistakes in."""

from typing import Any

import numpy as np


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def gru(x: Any, h0: Any, W: Any, U: Any, R: Any, C: Any, D: Any, E: Any) -> Any:
    """The last state; x is (time, batch, features)."""
    h = h0
    for t in range(len(x)):
        z = sigmoid(x[t] @ W + h @ U)
        r = sigmoid(x[t] @ R + h @ C)
        n = np.tanh(x[t] @ D + (r * h) @ E)
        h = (1 - z) * n + z * h
    return h


def gru_backward(dy: Any, x: Any, h0: Any, W: Any, U: Any, R: Any, C: Any, D: Any, E: Any) -> Any:
    """Through time, from the last turn to the first."""
    h, kept = h0, []
    for t in range(len(x)):
        z = sigmoid(x[t] @ W + h @ U)
        r = sigmoid(x[t] @ R + h @ C)
        n = np.tanh(x[t] @ D + (r * h) @ E)
        kept.append((h, z, r, n))
        h = (1 - z) * n + z * h
    dW, dU, dR, dC, dD, dE = (0.0 * w for w in (W, U, R, C, D, E))
    dh, dx = dy, []
    for t in range(len(x) - 1, -1, -1):
        h, z, r, n = kept[t]
        dn = dh * (1 - z)
        dz = dh * (h - n)
        da = dn * (1 - n * n)
        drh = da @ E.T
        dr = drh * h
        db = dz * z * (1 - z)
        dc = dr * r * (1 - r)
        dW = dW + x[t].T @ db
        dU = dU + h.T @ db
        dR = dR + x[t].T @ dc
        dC = dC + h.T @ dc
        dD = dD + x[t].T @ da
        dE = dE + (r * h).T @ da
        dx.append(da @ D.T + db @ W.T + dc @ R.T)
        dh = dh * z + drh * r + db @ U.T + dc @ C.T
    return {
        "x": np.stack(dx[::-1]),
        "h0": dh,
        "W": dW,
        "U": dU,
        "R": dR,
        "C": dC,
        "D": dD,
        "E": dE,
    }


def lstm(x: Any, h0: Any, c0: Any, W: Any, U: Any, b: Any) -> Any:
    """The last state; the gates stand side by side in W, U and b."""
    h, c, m = h0, c0, h0.shape[1]
    for t in range(len(x)):
        a = x[t] @ W + h @ U + b
        i, f, o = sigmoid(a[:, :m]), sigmoid(a[:, m : 2 * m]), sigmoid(a[:, 2 * m : 3 * m])
        g = np.tanh(a[:, 3 * m :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return h


def lstm_backward(dy: Any, x: Any, h0: Any, c0: Any, W: Any, U: Any, b: Any) -> Any:
    """Through time, from the last turn to the first."""
    h, c, m, kept = h0, c0, h0.shape[1], []
    for t in range(len(x)):
        a = x[t] @ W + h @ U + b
        i, f, o = sigmoid(a[:, :m]), sigmoid(a[:, m : 2 * m]), sigmoid(a[:, 2 * m : 3 * m])
        g = np.tanh(a[:, 3 * m :])
        new = f * c + i * g
        kept.append((h, c, i, f, o, g, np.tanh(new)))
        h, c = o * np.tanh(new), new
    dW, dU, db, dx = 0.0 * W, 0.0 * U, 0.0 * b, []
    dh, dc = dy, 0.0 * c0
    for t in range(len(x) - 1, -1, -1):
        h, c, i, f, o, g, y = kept[t]
        do = dh * y
        dc = dc + dh * o * (1 - y * y)
        di = dc * g
        df = dc * c
        dg = dc * i
        da = np.concatenate(
            [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g * g)], axis=1
        )
        dW = dW + x[t].T @ da
        dU = dU + h.T @ da
        db = db + da.sum(axis=0)
        dx.append(da @ W.T)
        dh = da @ U.T
        dc = dc * f
    return {"x": np.stack(dx[::-1]), "h0": dh, "c0": dc, "W": dW, "U": dU, "b": db}
