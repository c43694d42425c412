"""An LSTM cell in NumPy whose forward returns its own backward: the cache is the closure, and
`check_layer` is given None in place of a backward.

python examples/lstm_cell.py
"""

import numpy as np

import backproof


def sigmoid(a):
    """Between 0 and 1."""
    return 1 / (1 + np.exp(-a))


def right_lstm_cell(x, h, c, W, b):
    """x: (n, i)  h, c: (n, d)  W: (i + d, 4d)  b: (4d,), the gates f, i, o and g side by side

    c' = f c + i g    h' = o tanh c'
    """
    xh = np.concatenate([x, h], axis=1)
    a = np.split(xh @ W + b, 4, axis=1)
    f, i, o = map(sigmoid, a[:3])
    g = np.tanh(a[3])
    c_new = f * c + i * g
    t = np.tanh(c_new)

    def backward(dy):
        """Both outputs have a cotangent, and the cell's state gets a part of each."""
        dh_new, dc_new = dy
        dc_all = dc_new + dh_new * o * (1 - t * t)
        df = dc_all * c * f * (1 - f)
        di = dc_all * g * i * (1 - i)
        do = dh_new * t * o * (1 - o)
        dg = dc_all * i * (1 - g * g)
        da = np.concatenate([df, di, do, dg], axis=1)
        dxh = da @ W.T
        return dxh[:, : x.shape[1]], dxh[:, x.shape[1] :], dc_all * f, xh.T @ da, da.sum(axis=0)

    return (o * t, c_new), backward


def wrong_lstm_cell(x, h, c, W, b):
    """The same cell; its backward forgets that the state goes on to the next step as well."""
    y, right_backward = right_lstm_cell(x, h, c, W, b)

    def backward(dy):
        """What comes back through the hidden state is passed on alone."""
        dh_new, dc_new = dy
        return right_backward((dh_new, 0 * dc_new))

    return y, backward


if __name__ == "__main__":
    draw = np.random.default_rng(0).standard_normal
    inputs = draw((3, 2)), draw((3, 4)), draw((3, 4)), draw((6, 16)), draw(16)
    print(backproof.check_layer(right_lstm_cell, None, *inputs))
    print(backproof.check_layer(wrong_lstm_cell, None, *inputs))
