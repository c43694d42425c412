"""Faults in the dense layer: axes, transposes, sums over the batch, stubs, shapes and factors."""

from typing import Any

import numpy as np

from backproof.architectures import Array, Dense
from backproof.faults.fault import Call, Fault, gives


def unnoticed(W: Array) -> bool:
    """Whether W is square, so that a transpose fits."""
    return W.shape == W.T.shape


def clipped(g: Array) -> Array:
    """No element beyond 1/2."""
    return np.clip(g, -0.5, 0.5)


def normalised(g: Array) -> Any:
    """g / (1 + |g|), as if to tame it."""
    return g / (1 + np.sqrt((g * g).sum()))


def after_the_update(dx: Array, c: Call) -> Array:
    """dx by the weights that a step of gradient descent has just made."""
    return c.dy @ (c.p["W"] - 0.1 * (c.dy.T @ c.x))


PRODUCTS = (
    Fault("dW: x^T dy reshaped", "wrong axis or reshape for transpose", Dense, "W",
          gives("W", lambda dW, c: (c.x.T @ c.dy).reshape(dW.shape))),
    Fault("dx by W^T reshaped to W's shape", "wrong axis or reshape for transpose", Dense, "dx",
          gives("dx", lambda dx, c: c.dy @ c.p["W"].T.reshape(c.p["W"].shape))),
    Fault("dx by W^T where W is square", "wrong axis or reshape for transpose", Dense, "dx",
          gives("dx", lambda dx, c: c.dy @ c.p["W"].T if unnoticed(c.p["W"]) else dx)),
    Fault("db summed over the outputs", "wrong axis or reshape for transpose", Dense, "b",
          gives("b", lambda db, c: c.dy.sum(axis=1) if unnoticed(c.dy) else db)),
    Fault("dW / n", "missing or extra 1/N", Dense, "W", gives("W", lambda dW, c: dW / len(c.x))),
    Fault("db: mean for sum", "missing or extra 1/N", Dense, "b",
          gives("b", lambda db, c: c.dy.mean(axis=0))),
    Fault("dW of the first sample", "missing or extra 1/N", Dense, "W",
          gives("W", lambda dW, c: c.dy[:1].T @ c.x[:1])),
    Fault("-db for db", "sign", Dense, "b", gives("b", lambda db, c: -db)),
    Fault("-dW for dW", "sign", Dense, "W", gives("W", lambda dW, c: -dW)),
    Fault("db zeros", "stub", Dense, "b", gives("b", lambda db, c: 0 * db)),
    Fault("dW ones", "stub", Dense, "W", gives("W", lambda dW, c: 0 * dW + 1)),
    Fault("db None", "stub", Dense, "b", gives("b", lambda db, c: None)),
    Fault("dx None", "stub", Dense, "dx", gives("dx", lambda dx, c: None)),
    Fault("dW of the last sample", "assignment for accumulation", Dense, "W",
          gives("W", lambda dW, c: c.dy[-1:].T @ c.x[-1:])),
    Fault("db of the last sample", "assignment for accumulation", Dense, "b",
          gives("b", lambda db, c: c.dy[-1])),
    Fault("weight decay in dW alone", "regulariser on one side", Dense, "W",
          gives("W", lambda dW, c: dW + 1e-4 * c.p["W"])),
    Fault("dW clipped", "clipped or rescaled in backward", Dense, "W",
          gives("W", lambda dW, c: clipped(dW))),
    Fault("dx normalised", "clipped or rescaled in backward", Dense, "dx",
          gives("dx", lambda dx, c: normalised(dx))),
    Fault("db (1, o)", "wrong shape", Dense, "b",
          gives("b", lambda db, c: c.dy.sum(axis=0, keepdims=True))),
    Fault("dW (i, o)", "wrong shape", Dense, "W", gives("W", lambda dW, c: c.x.T @ c.dy)),
    Fault("dx summed over the batch", "wrong shape", Dense, "dx",
          gives("dx", lambda dx, c: dx.sum(axis=0))),
    Fault("db twice", "double count", Dense, "b", gives("b", lambda db, c: db + db)),
    Fault("dW from ones", "upstream gradient ignored", Dense, "W",
          gives("W", lambda dW, c: (0 * c.dy + 1).T @ c.x)),
    Fault("dx by the updated W", "wrong variable", Dense, "dx", gives("dx", after_the_update)),
    Fault("db taken from the outputs", "wrong variable", Dense, "b",
          gives("b", lambda db, c: c.y.sum(axis=0))),
)  # fmt: skip
"""One line a fault, as a table is read."""
