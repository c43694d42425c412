"""Mistakes in the backward passes of layers, of every kind."""

from mutation import of
from recurrent_mutations import RECURRENT

MUTATIONS = (
    *of(
        "layer_norm", "operator",
        ("(dh - mean - h * along)", "(dh + mean - h * along)"),
        ("(dh - mean - h * along)", "(dh - mean + h * along)"),
        ("dy * gamma", "dy / gamma"),
        ("h * along) / std", "h * along) * std"),
    ),
    *of(
        "layer_norm", "term",
        ("(dh - mean - h * along)", "(dh - mean)"),
        ("(dh - mean - h * along)", "(dh - h * along)"),
        ("dh = dy * gamma", "dh = dy"),
        ("h * along) / std", "h * along)"),
    ),
    *of(
        "layer_norm", "axis",
        ("dgamma = (dy * h).sum(axis=0)", "dgamma = (dy * h).sum(axis=1)"),
        ("mean = dh.mean(axis=1, keepdims=True)", "mean = dh.mean(axis=0, keepdims=True)"),
        ("along = (dh * h).mean(axis=1, keepdims=True)",
         "along = (dh * h).mean(axis=0, keepdims=True)"),
    ),
    *of(
        "layer_norm", "variable",
        ("dgamma = (dy * h)", "dgamma = (dy * x)"),
        ("along = (dh * h)", "along = (dh * x)"),
        ("along = (dh * h)", "along = (dy * h)"),
        ("- h * along", "- centred * along"),
        ("mean = dh.mean", "mean = dy.mean"),
    ),
    *of(
        "layer_norm", "factor",
        ("along = (dh * h).mean", "along = (dh * h).sum"),
        ("(dh - mean - h * along)", "2 * (dh - mean - h * along)"),
        ("dbeta = dy.sum(axis=0)", "dbeta = dy.mean(axis=0)"),
    ),
    *of(
        "batch_norm", "operator",
        ("dh * inverse + 2", "dh * inverse - 2"),
        ("dcentred - dcentred.sum", "dcentred + dcentred.sum"),
    ),
    *of(
        "batch_norm", "factor",
        ("-0.5 * dinverse", "-dinverse"),
        ("2 * centred * dvar", "centred * dvar"),
        ("dvar / n", "dvar"),
        ("inverse**3", "inverse**2"),
        ("dcentred.sum(axis=0) / n", "dcentred.sum(axis=0)"),
    ),
    *of(
        "batch_norm", "variable",
        ("dinverse = (dh * centred)", "dinverse = (dh * x)"),
        ("dinverse = (dh * centred)", "dinverse = (dy * centred)"),
        ("dh * inverse + 2", "dy * inverse + 2"),
    ),
    *of(
        "batch_norm", "term",
        ("dcentred = dh * inverse + 2 * centred * dvar / n", "dcentred = dh * inverse"),
        ("dx = dcentred - dcentred.sum(axis=0) / n", "dx = dcentred"),
        ("(dy * centred * inverse)", "(dy * centred)"),
    ),
    *of(
        "attention", "operator",
        ("(dweights - inner)", "(dweights + inner)"),
        ("dk @ K.T + dv @ V.T", "dk @ K.T - dv @ V.T"),
    ),
    *of(
        "attention", "factor",
        ("(dweights - inner) / root", "(dweights - inner)"),
        ("(dweights - inner) / root", "(dweights - inner) * root"),
        ("weights * (dweights - inner)", "(dweights - inner)"),
    ),
    *of(
        "attention", "variable",
        ("dq = dscores @ k", "dq = dscores @ q"),
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores.transpose(0, 2, 1) @ k"),
        ("dQ = (x.transpose(0, 2, 1) @ dq)", "dQ = (x.transpose(0, 2, 1) @ dk)"),
        ("dq @ Q.T + dk @ K.T", "dq @ K.T + dk @ Q.T"),
        ("dweights = dmixed @ v", "dweights = dmixed @ k"),
    ),
    *of(
        "attention", "transpose",
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores @ q"),
        ("dv = weights.transpose(0, 2, 1) @ dmixed", "dv = weights @ dmixed"),
        ("dmixed = dy @ P.T", "dmixed = dy @ P"),
    ),
    *of(
        "attention", "term",
        ("dq @ Q.T + dk @ K.T + dv @ V.T", "dq @ Q.T + dk @ K.T"),
        ("(dweights - inner)", "dweights"),
        ("(dweights * weights).sum", "dweights.sum"),
    ),
    *of(
        "attention", "axis",
        ("sum(axis=-1, keepdims=True)\n    dscores", "sum(axis=-2, keepdims=True)\n    dscores"),
    ),
    *RECURRENT,
    *of(
        "convolution", "transpose",
        ("(da.T @ rows).reshape(o, c, kernel, kernel)",
         "(da.T @ rows).reshape(o, c, kernel, kernel).transpose(0, 1, 3, 2)"),
        ("dy.transpose(0, 2, 3, 1)", "dy.transpose(0, 3, 2, 1)"),
    ),
    *of(
        "convolution", "operator",
        ("d * (1 - y * y)", "d * (1 + y * y)"),
    ),
    *of(
        "convolution", "variable",
        ("d * (1 - y * y)", "d * (1 - y)"),
        ("db = da.sum", "db = d.sum"),
        ("dW = (da.T @ rows)", "dW = (d.T @ rows)"),
        ("drows = da @", "drows = d @"),
    ),
    *of(
        "convolution", "index",
        ("np.add.at(dx, (slice(None), slice(None), where), dwindows)",
         "np.add.at(dx, (slice(None), slice(None), where[::-1]), dwindows)"),
        ("np.add.at(dx, (slice(None), slice(None), where), dwindows)",
         "dx[:, :, where] += dwindows"),
    ),
    *of("convolution", "factor", ("db = da.sum(axis=0)", "db = da.mean(axis=0)")),
    *of(
        "cosine", "operator",
        ("(eb - cos[:, None] * ea)", "(eb + cos[:, None] * ea)"),
        ("* eb) / nb[:, None]", "* eb) * nb[:, None]"),
    ),
    *of(
        "cosine", "variable",
        ("(eb - cos[:, None] * ea)", "(eb - cos[:, None] * a)"),
        ("(ea - cos[:, None] * eb)", "(ea - cos[:, None] * ea)"),
        ("* ea) / na[:, None]", "* ea) / nb[:, None]"),
        ("(ea - cos", "(a - cos"),
    ),
    *of(
        "cosine", "term",
        ("(eb - cos[:, None] * ea)", "eb"),
        ("(ea - cos[:, None] * eb)", "(ea - eb)"),
        ("db = dy[:, None] * ", "db = "),
    ),
    *of(
        "cross_entropy", "operator",
        ("(p - target)", "(p + target)"),
        ("(1 - h**2)", "(1 + h**2)"),
    ),
    *of(
        "cross_entropy", "factor",
        ("(p - target) / len(x)", "(p - target)"),
        ("(1 - h**2)", "(1 - 2 * h**2)"),
    ),
    *of(
        "cross_entropy", "variable",
        ("dV = h.T @ dz", "dV = (h * h).T @ dz"),
        ("dW = x.T @ da", "dW = x.T @ dh"),
        ("db = da.sum", "db = dh.sum"),
        ("dh * (1 - h**2)", "dh * (1 - np.tanh(h) ** 2)"),
        ("dx = da @ W.T", "dx = dh @ W.T"),
    ),
    *of("cross_entropy", "axis", ("db = da.sum(axis=0)", "db = da.sum(axis=1)")),
)  # fmt: skip
"""One line a mistake."""
