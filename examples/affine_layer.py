"""A layer: y, cache = forward(*inputs), and the inputs' gradients = backward(dy, cache).

python examples/affine_layer.py
"""

import numpy as np

import backproof


def affine_forward(x, w, b):
    """x: (n, ...), flattened to (n, d)  w: (d, m)  b: (m,)  out: (n, m)"""
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)


def right_affine_backward(dout, cache):
    """dout: (n, m); the gradients of x, w and b, in this order."""
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def wrong_affine_backward(dout, cache):
    """The bias's gradient is averaged over the batch, the others are summed."""
    dx, dw, _ = right_affine_backward(dout, cache)
    return dx, dw, dout.mean(axis=0)


if __name__ == "__main__":
    draw = np.random.default_rng(0).standard_normal
    inputs = draw((4, 2, 3)), draw((6, 5)), draw(5)
    print(backproof.check_layer(affine_forward, right_affine_backward, *inputs))
    print(backproof.check_layer(affine_forward, wrong_affine_backward, *inputs))
