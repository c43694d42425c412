"""Right layers that normalise, look up and slide: norms, embeddings, convolution by im2col."""

from typing import Any

from backproof.power.rounding.layer import Layer, normal

B, D = 8, 12
EPSILON = 1e-5
IDS = [0, 3, 1, 3, 3, 2, 0, 4, 1, 3]


def _standardised(np: Any, x: Any, axis: int) -> Any:
    c = x - np.mean(x, axis=axis, keepdims=True)
    i = 1 / np.sqrt(np.mean(c * c, axis=axis, keepdims=True) + EPSILON)
    return c * i, i


def layer_norm(np: Any, x: Any, gain: Any, shift: Any) -> Any:
    """A standardised row, scaled and shifted."""
    h, i = _standardised(np, x, 1)
    return h * gain + shift, (h, i, gain)


def _layer_norm_back(np: Any, dy: Any, cache: Any) -> Any:
    h, i, gain = cache
    dh = dy * gain
    mean, along = (np.mean(t, axis=1, keepdims=True) for t in (dh, dh * h))
    return i * (dh - mean - h * along), np.sum(dy * h, axis=0), np.sum(dy, axis=0)


def _batch_norm(np: Any, x: Any, gain: Any, shift: Any) -> Any:
    h, i = _standardised(np, x, 0)
    return h * gain + shift, (h, i, gain)


def _batch_norm_back(np: Any, dy: Any, cache: Any) -> Any:
    h, i, gain = cache
    n = h.shape[0]
    dgain, dshift = np.sum(dy * h, axis=0), np.sum(dy, axis=0)
    return gain * i / n * (n * dy - dshift - h * dgain), dgain, dshift


def _rms_norm(np: Any, x: Any, gain: Any) -> Any:
    i = 1 / np.sqrt(np.mean(x * x, axis=1, keepdims=True) + EPSILON)
    return x * i * gain, (x * i, i, gain)


def _rms_norm_back(np: Any, dy: Any, cache: Any) -> Any:
    h, i, gain = cache
    dh = dy * gain
    return i * (dh - h * np.mean(dh * h, axis=1, keepdims=True)), np.sum(dy * h, axis=0)


def _group_norm(np: Any, x: Any, gain: Any) -> Any:
    h, i = _standardised(np, x.reshape((B, 3, D // 3)), 2)
    return h.reshape((B, D)) * gain, (h, i, gain)


def _group_norm_back(np: Any, dy: Any, cache: Any) -> Any:
    h, i, gain = cache
    dh = (dy * gain).reshape((B, 3, D // 3))
    mean, along = (np.mean(t, axis=2, keepdims=True) for t in (dh, dh * h))
    return (i * (dh - mean - h * along)).reshape((B, D)), np.sum(dy * h.reshape((B, D)), axis=0)


def _embedding(np: Any, E: Any, W: Any) -> Any:
    rows = E[IDS]
    return rows @ W, (E, W, rows)


def _embedding_back(np: Any, dy: Any, cache: Any) -> Any:
    E, W, rows = cache
    dE, drows = np.zeros_like(E), dy @ W.T
    for k, i in enumerate(IDS):
        dE[i] += drows[k]
    return dE, rows.T @ dy


def _windows(np: Any, x: Any, size: int) -> Any:
    """im2col: (n, h, w) to (n (h - size + 1) (w - size + 1), size size)."""
    _, h, w = x.shape
    shifted = [
        x[:, i : i + h - size + 1, j : j + w - size + 1].reshape(-1)
        for i in range(size)
        for j in range(size)
    ]
    return np.stack(shifted, 1)


def _convolution(np: Any, x: Any, K: Any) -> Any:
    columns = _windows(np, x, 3)
    return columns @ K, (x, K, columns)


def _convolution_back(np: Any, dy: Any, cache: Any) -> Any:
    x, K, columns = cache
    dcolumns, dx = dy @ K.T, np.zeros_like(x)
    n, h, w = x.shape
    for k in range(9):
        i, j = divmod(k, 3)
        dx[:, i : i + h - 2, j : j + w - 2] += dcolumns[:, k].reshape(n, h - 2, w - 2)
    return dx, columns.T @ dy


def _away(random: Any) -> Any:
    return 1 + random.standard_normal((B, D)), random.standard_normal(D), random.standard_normal(D)


def _batch(random: Any) -> Any:
    return 1 + random.standard_normal((32, 6)), random.standard_normal(6), random.standard_normal(6)


NORMS = (
    Layer("layer norm", _away, layer_norm, _layer_norm_back),
    Layer("batch norm", _batch, _batch_norm, _batch_norm_back),
    Layer("RMS norm", normal((B, D), (D,)), _rms_norm, _rms_norm_back),
    Layer("group norm", normal((B, D), (D,)), _group_norm, _group_norm_back),
    Layer("embedding", normal((5, 6), (6, 4)), _embedding, _embedding_back),
    Layer(
        "convolution (im2col)",
        normal((2, 6, 5), (9, 4), scale={1: 0.4}),
        _convolution,
        _convolution_back,
    ),
)
