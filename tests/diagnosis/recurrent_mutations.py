"""Mistakes in the backward passes of recurrent layers."""

from mutation import of

RECURRENT = (
    *of(
        "gru", "variable",
        ("dn = dh * (1 - z)", "dn = dh * z"),
        ("dr = drh * h", "dr = drh * n"),
        ("dh * z + drh * r", "dh * z + drh * z"),
        ("dU = dU + h.T @ db", "dU = dU + n.T @ db"),
    ),
    *of(
        "gru", "operator",
        ("dz = dh * (h - n)", "dz = dh * (h + n)"),
        ("dz = dh * (h - n)", "dz = dh * (n - h)"),
        ("(1 - n * n)", "(1 + n * n)"),
        ("drh * r + db @ U.T", "drh * r - db @ U.T"),
    ),
    *of(
        "gru", "term",
        ("db @ U.T + dc @ C.T", "db @ U.T"),
        ("dE = dE + (r * h).T @ da", "dE = dE + h.T @ da"),
        ("dn * (1 - n * n)", "dn * (1 - n)"),
        ("dz * z * (1 - z)", "dz * (1 - z)"),
        ("dD = dD + x[t].T @ da", "dD = x[t].T @ da"),
    ),
    *of("gru", "index", ("np.stack(dx[::-1])", "np.stack(dx)")),
    *of(
        "lstm", "variable",
        ("di = dc * g", "di = dc * i"),
        ("df = dc * c", "df = dc * f"),
        ("do = dh * y", "do = dh * o"),
        ("da @ W.T", "da @ W[::-1].T"),
    ),
    *of(
        "lstm", "term",
        ("dc = dc + dh * o", "dc = dh * o"),
        ("dc = dc * f", "dc = dc"),
        ("dh * o * (1 - y * y)", "dh * (1 - y * y)"),
        ("df * f * (1 - f)", "df * (1 - f)"),
    ),
    *of("lstm", "operator", ("dg * (1 - g * g)", "dg * (1 + g * g)")),
)  # fmt: skip
"""One line a mistake."""
