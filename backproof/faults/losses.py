"""Faults in the losses: reductions, branches, Jacobians, clamps and values that overflow."""

from typing import Any

import numpy as np

from backproof import manual
from backproof.architectures import (
    AbsoluteError,
    Array,
    BinaryCrossEntropy,
    CrossEntropy,
    HalfSquaredError,
    Huber,
    SquaredError,
)
from backproof.faults.fault import Fault, LossCall, gives_dz, reports
from backproof.manual.sigmoidal import logistic as s


def softmax(z: Array, axis: int = 1) -> Any:
    """P = e^z / sum e^z along an axis."""
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def weights(c: LossCall) -> Any:
    """The targets of cross-entropy as (n, c) weights."""
    return np.eye(c.z.shape[1], dtype=c.z.dtype)[c.t] if c.loss.labels == "index" else c.t


def through_softmax(dz: Array, c: LossCall) -> Any:
    """dz once more through the Jacobian of the softmax: P (dz - sum_k P_k dz_k)."""
    P = softmax(c.z)
    return P * (dz - (P * dz).sum(axis=1, keepdims=True))


def clamped(L: Any, c: LossCall) -> Any:
    """-sum t log(P + 1e-7) / m, whose gradient is not that of -sum t log P / m."""
    return -(weights(c) * np.log(softmax(c.z) + 1e-7)).sum() / c.m


def naive_cross_entropy(right: manual.LossRule) -> manual.LossRule:
    """e^z / sum e^z without taking the largest z off first."""

    def rule(loss: CrossEntropy, z: Array, t: Array) -> Any:
        m = len(z) if loss.reduction == "mean" else 1
        P = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        t = weights(LossCall(loss, z, t, m, None))
        return -(
            t * np.log(P)
        ).sum() / m, lambda dL: dL * (P * t.sum(axis=1, keepdims=True) - t) / m

    return rule


def naive_binary(right: manual.LossRule) -> manual.LossRule:
    """-t log s - (1 - t) log(1 - s) as it is written: 0 / 0 where s rounds to 0 or to 1."""

    def rule(loss: BinaryCrossEntropy, z: Array, t: Array) -> Any:
        S, m = s(z), z.size if loss.reduction == "mean" else 1
        L = -(t * np.log(S) + (1 - t) * np.log(1 - S)).sum() / m
        return L, lambda dL: dL * ((1 - t) / (1 - S) - t / S) * S * (1 - S) / m

    return rule


def half_of(right: manual.LossRule) -> manual.LossRule:
    """Half the loss and half the gradient: right for another loss."""

    def rule(loss: Any, z: Array, t: Array) -> Any:
        L, pullback = right(loss, z, t)
        return L / 2, lambda dL: pullback(dL) / 2

    return rule


LOSSES = (
    Fault("2 r for r", "wrong formula", HalfSquaredError, "dz", gives_dz(lambda dz, c: 2 * dz)),
    Fault("r for 2 r", "factor left out", SquaredError, "dz", gives_dz(lambda dz, c: dz / 2)),
    Fault("t - z for z - t", "sign", HalfSquaredError, "dz", gives_dz(lambda dz, c: -dz)),
    Fault("|t - z| for |z - t|", "sign", AbsoluteError, "dz", gives_dz(lambda dz, c: -dz)),
    Fault("r for sign(r)", "wrong formula", AbsoluteError, "dz",
          gives_dz(lambda dz, c: c.dL * (c.z - c.t) / c.m)),
    Fault("slope 7 at 0", "ties", AbsoluteError, "dz",
          gives_dz(lambda dz, c: np.where(c.z == c.t, 7 * c.dL / c.m, dz))),
    Fault("cut at the wrong side", "wrong formula", Huber, "dz",
          gives_dz(lambda dz, c: np.where(abs(c.z - c.t) <= c.loss.delta,
                                          c.dL * c.loss.delta * np.sign(c.z - c.t) / c.m,
                                          c.dL * (c.z - c.t) / c.m))),
    Fault("cut at 1 whatever delta", "wrong formula", Huber, "dz",
          gives_dz(lambda dz, c: c.dL * np.clip(c.z - c.t, -1, 1) / c.m)),
    Fault("the cut left out", "path left out", Huber, "dz",
          gives_dz(lambda dz, c: c.dL * (c.z - c.t) / c.m)),
    Fault("divided by n alone", "missing or extra 1/N", SquaredError, "dz",
          gives_dz(lambda dz, c: dz * (c.m / len(c.z) if c.loss.reduction == "mean" else 1))),
    Fault("the 1/N of the mean left out", "missing or extra 1/N", AbsoluteError, "dz",
          gives_dz(lambda dz, c: dz * c.m)),
    Fault("the batch divided by twice", "missing or extra 1/N", CrossEntropy, "dz",
          gives_dz(lambda dz, c: dz / len(c.z))),
    Fault("the gradient of the first sample for all", "missing or extra 1/N", HalfSquaredError,
          "dz", gives_dz(lambda dz, c: 0 * dz + dz[:1])),
    Fault("None", "stub", Huber, "dz", gives_dz(lambda dz, c: None)),
    Fault("zeros", "stub", BinaryCrossEntropy, "dz", gives_dz(lambda dz, c: 0 * dz)),
    Fault("mean reported, sum differentiated", "the reported loss is another function",
          SquaredError, "dz", reports(lambda L, c: L / len(c.z))),
    Fault("half of it, with its gradient", "the reported loss is another function", SquaredError,
          "loss", half_of),
    Fault("penalty on z without its gradient", "regulariser on one side", HalfSquaredError, "dz",
          reports(lambda L, c: L + 1e-4 * (c.z * c.z).sum())),
    Fault("times s (1 - s) once more", "fused on one side", BinaryCrossEntropy, "dz",
          gives_dz(lambda dz, c: dz * s(c.z) * (1 - s(c.z)))),
    Fault("the softmax's Jacobian once more", "fused on one side", CrossEntropy, "dz",
          gives_dz(through_softmax)),
    Fault("the path of t = 0 left out", "path left out", BinaryCrossEntropy, "dz",
          gives_dz(lambda dz, c: c.dL * c.t * (s(c.z) - 1) / c.m)),
    Fault("the path through the sum left out", "path left out", CrossEntropy, "dz",
          gives_dz(lambda dz, c: -c.dL * weights(c) / c.m)),
    Fault("the softmax's diagonal", "diagonal for the full Jacobian", CrossEntropy, "dz",
          gives_dz(lambda dz, c: -c.dL * weights(c) * (1 - softmax(c.z)) / c.m)),
    Fault("softmax over the batch", "wrong axis or reshape for transpose", CrossEntropy, "dz",
          gives_dz(lambda dz, c: c.dL * (softmax(c.z, axis=0) - weights(c)) / c.m)),
    Fault("log(P + 1e-7) in the value alone", "clamp or epsilon on one side", CrossEntropy, "dz",
          reports(clamped)),
    Fault("s kept off 0 and 1 in dz alone", "clamp or epsilon on one side", BinaryCrossEntropy,
          "dz", gives_dz(lambda dz, c: c.dL * (np.clip(s(c.z), 1e-2, 1 - 1e-2) - c.t) / c.m)),
    Fault("clipped", "clipped or rescaled in backward", SquaredError, "dz",
          gives_dz(lambda dz, c: np.clip(dz, -0.1, 0.1))),
    Fault("e^z overflows", "unstable at extreme inputs", CrossEntropy, "dz", naive_cross_entropy),
    Fault("log 0 where s rounds to 1", "unstable at extreme inputs", BinaryCrossEntropy, "dz",
          naive_binary),
)  # fmt: skip
"""One line a fault, as a table is read."""
