"""Mistakes as a machine makes them: one place of a right backward pass changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """A layer, and what stands in its backward pass instead of what; kind: of mistake."""

    layer: str
    right: str
    wrong: str
    kind: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.right} -> {self.wrong}"


def _of(layer: str, kind: str, *pairs: tuple[str, str]) -> tuple[Mutation, ...]:
    return tuple(Mutation(layer, right, wrong, kind) for right, wrong in pairs)


MUTATIONS = (
    *_of(
        "layer_norm", "operator",
        ("(dh - mean - h * along)", "(dh + mean - h * along)"),
        ("(dh - mean - h * along)", "(dh - mean + h * along)"),
        ("dy * gamma", "dy / gamma"),
        ("h * along) / std", "h * along) * std"),
    ),
    *_of(
        "layer_norm", "term",
        ("(dh - mean - h * along)", "(dh - mean)"),
        ("(dh - mean - h * along)", "(dh - h * along)"),
        ("dh = dy * gamma", "dh = dy"),
        ("h * along) / std", "h * along)"),
    ),
    *_of(
        "layer_norm", "axis",
        ("dgamma = (dy * h).sum(axis=0)", "dgamma = (dy * h).sum(axis=1)"),
        ("mean = dh.mean(axis=1, keepdims=True)", "mean = dh.mean(axis=0, keepdims=True)"),
        ("along = (dh * h).mean(axis=1, keepdims=True)",
         "along = (dh * h).mean(axis=0, keepdims=True)"),
    ),
    *_of(
        "layer_norm", "variable",
        ("dgamma = (dy * h)", "dgamma = (dy * x)"),
        ("along = (dh * h)", "along = (dh * x)"),
        ("along = (dh * h)", "along = (dy * h)"),
        ("- h * along", "- centred * along"),
        ("mean = dh.mean", "mean = dy.mean"),
    ),
    *_of(
        "layer_norm", "factor",
        ("along = (dh * h).mean", "along = (dh * h).sum"),
        ("(dh - mean - h * along)", "2 * (dh - mean - h * along)"),
        ("dbeta = dy.sum(axis=0)", "dbeta = dy.mean(axis=0)"),
    ),
    *_of(
        "batch_norm", "operator",
        ("dh * inverse + 2", "dh * inverse - 2"),
        ("dcentred - dcentred.sum", "dcentred + dcentred.sum"),
    ),
    *_of(
        "batch_norm", "factor",
        ("-0.5 * dinverse", "-dinverse"),
        ("2 * centred * dvar", "centred * dvar"),
        ("dvar / n", "dvar"),
        ("inverse**3", "inverse**2"),
        ("dcentred.sum(axis=0) / n", "dcentred.sum(axis=0)"),
    ),
    *_of(
        "batch_norm", "variable",
        ("dinverse = (dh * centred)", "dinverse = (dh * x)"),
        ("dinverse = (dh * centred)", "dinverse = (dy * centred)"),
        ("dh * inverse + 2", "dy * inverse + 2"),
    ),
    *_of(
        "batch_norm", "term",
        ("dcentred = dh * inverse + 2 * centred * dvar / n", "dcentred = dh * inverse"),
        ("dx = dcentred - dcentred.sum(axis=0) / n", "dx = dcentred"),
        ("(dy * centred * inverse)", "(dy * centred)"),
    ),
    *_of(
        "attention", "operator",
        ("(dweights - inner)", "(dweights + inner)"),
        ("dk @ K.T + dv @ V.T", "dk @ K.T - dv @ V.T"),
    ),
    *_of(
        "attention", "factor",
        ("(dweights - inner) / root", "(dweights - inner)"),
        ("(dweights - inner) / root", "(dweights - inner) * root"),
        ("weights * (dweights - inner)", "(dweights - inner)"),
    ),
    *_of(
        "attention", "variable",
        ("dq = dscores @ k", "dq = dscores @ q"),
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores.transpose(0, 2, 1) @ k"),
        ("dQ = (x.transpose(0, 2, 1) @ dq)", "dQ = (x.transpose(0, 2, 1) @ dk)"),
        ("dq @ Q.T + dk @ K.T", "dq @ K.T + dk @ Q.T"),
        ("dweights = dmixed @ v", "dweights = dmixed @ k"),
    ),
    *_of(
        "attention", "transpose",
        ("dk = dscores.transpose(0, 2, 1) @ q", "dk = dscores @ q"),
        ("dv = weights.transpose(0, 2, 1) @ dmixed", "dv = weights @ dmixed"),
        ("dmixed = dy @ P.T", "dmixed = dy @ P"),
    ),
    *_of(
        "attention", "term",
        ("dq @ Q.T + dk @ K.T + dv @ V.T", "dq @ Q.T + dk @ K.T"),
        ("(dweights - inner)", "dweights"),
        ("(dweights * weights).sum", "dweights.sum"),
    ),
    *_of(
        "attention", "axis",
        ("sum(axis=-1, keepdims=True)\n    dscores", "sum(axis=-2, keepdims=True)\n    dscores"),
    ),
    *_of(
        "gru", "variable",
        ("dn = dh * (1 - z)", "dn = dh * z"),
        ("dr = drh * h", "dr = drh * n"),
        ("dh * z + drh * r", "dh * z + drh * z"),
        ("dU = dU + h.T @ db", "dU = dU + n.T @ db"),
    ),
    *_of(
        "gru", "operator",
        ("dz = dh * (h - n)", "dz = dh * (h + n)"),
        ("dz = dh * (h - n)", "dz = dh * (n - h)"),
        ("(1 - n * n)", "(1 + n * n)"),
        ("drh * r + db @ U.T", "drh * r - db @ U.T"),
    ),
    *_of(
        "gru", "term",
        ("db @ U.T + dc @ C.T", "db @ U.T"),
        ("dE = dE + (r * h).T @ da", "dE = dE + h.T @ da"),
        ("dn * (1 - n * n)", "dn * (1 - n)"),
        ("dz * z * (1 - z)", "dz * (1 - z)"),
        ("dD = dD + x[t].T @ da", "dD = x[t].T @ da"),
    ),
    *_of("gru", "index", ("np.stack(dx[::-1])", "np.stack(dx)")),
    *_of(
        "lstm", "variable",
        ("di = dc * g", "di = dc * i"),
        ("df = dc * c", "df = dc * f"),
        ("do = dh * y", "do = dh * o"),
        ("da @ W.T", "da @ W[::-1].T"),
    ),
    *_of(
        "lstm", "term",
        ("dc = dc + dh * o", "dc = dh * o"),
        ("dc = dc * f", "dc = dc"),
        ("dh * o * (1 - y * y)", "dh * (1 - y * y)"),
        ("df * f * (1 - f)", "df * (1 - f)"),
    ),
    *_of("lstm", "operator", ("dg * (1 - g * g)", "dg * (1 + g * g)")),
    *_of(
        "convolution", "transpose",
        ("(da.T @ rows).reshape(o, c, kernel, kernel)",
         "(da.T @ rows).reshape(o, c, kernel, kernel).transpose(0, 1, 3, 2)"),
        ("dy.transpose(0, 2, 3, 1)", "dy.transpose(0, 3, 2, 1)"),
    ),
    *_of(
        "convolution", "operator",
        ("d * (1 - y * y)", "d * (1 + y * y)"),
    ),
    *_of(
        "convolution", "variable",
        ("d * (1 - y * y)", "d * (1 - y)"),
        ("db = da.sum", "db = d.sum"),
        ("dW = (da.T @ rows)", "dW = (d.T @ rows)"),
        ("drows = da @", "drows = d @"),
    ),
    *_of(
        "convolution", "index",
        ("np.add.at(dx, (slice(None), slice(None), where), dwindows)",
         "np.add.at(dx, (slice(None), slice(None), where[::-1]), dwindows)"),
        ("np.add.at(dx, (slice(None), slice(None), where), dwindows)",
         "dx[:, :, where] += dwindows"),
    ),
    *_of("convolution", "factor", ("db = da.sum(axis=0)", "db = da.mean(axis=0)")),
    *_of(
        "cosine", "operator",
        ("(eb - cos[:, None] * ea)", "(eb + cos[:, None] * ea)"),
        ("* eb) / nb[:, None]", "* eb) * nb[:, None]"),
    ),
    *_of(
        "cosine", "variable",
        ("(eb - cos[:, None] * ea)", "(eb - cos[:, None] * a)"),
        ("(ea - cos[:, None] * eb)", "(ea - cos[:, None] * ea)"),
        ("* ea) / na[:, None]", "* ea) / nb[:, None]"),
        ("(ea - cos", "(a - cos"),
    ),
    *_of(
        "cosine", "term",
        ("(eb - cos[:, None] * ea)", "eb"),
        ("(ea - cos[:, None] * eb)", "(ea - eb)"),
        ("db = dy[:, None] * ", "db = "),
    ),
    *_of(
        "cross_entropy", "operator",
        ("(p - target)", "(p + target)"),
        ("(1 - h**2)", "(1 + h**2)"),
    ),
    *_of(
        "cross_entropy", "factor",
        ("(p - target) / len(x)", "(p - target)"),
        ("(1 - h**2)", "(1 - 2 * h**2)"),
    ),
    *_of(
        "cross_entropy", "variable",
        ("dV = h.T @ dz", "dV = (h * h).T @ dz"),
        ("dW = x.T @ da", "dW = x.T @ dh"),
        ("db = da.sum", "db = dh.sum"),
        ("dh * (1 - h**2)", "dh * (1 - np.tanh(h) ** 2)"),
        ("dx = da @ W.T", "dx = dh @ W.T"),
    ),
    *_of("cross_entropy", "axis", ("db = da.sum(axis=0)", "db = da.sum(axis=1)")),
)  # fmt: skip
"""One line a mistake."""
