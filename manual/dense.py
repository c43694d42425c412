"""The dense layer by hand."""

from backproof.architectures import Array, Dense, Tensors
from backproof.manual.rules import Pullback


def dense(layer: Dense, p: Tensors, x: Array) -> tuple[Array, Pullback]:
    r"""x: (n, i)  W: (o, i)  b: (o,)  y: (n, o)

        y_no = sum_i x_ni W_oi + b_o

    dL/dx_ni = sum_o dL/dy_no dy_no/dx_ni, and so on for W and b. Since y_no depends on x_mi only
    where m = n, on W_qi only where q = o, and on b_q only where q = o:

        dx_ni = sum_o dy_no W_oi    dW_oi = sum_n dy_no x_ni    db_o = sum_n dy_no

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5.6.
    """
    W, b = p["W"], p["b"]

    def pullback(dy: Array) -> tuple[Array, Tensors]:
        return dy @ W, {"W": dy.T @ x, "b": dy.sum(axis=0)}

    return x @ W.T + b, pullback
