"""Binary and softmax cross-entropy by hand, from logits."""

from typing import Any

import numpy as np

from backproof.architectures import Array, BinaryCrossEntropy, CrossEntropy
from backproof.manual.rules import LossPullback
from backproof.manual.sigmoidal import log_one_plus_exp, logistic


def binary_cross_entropy(loss: BinaryCrossEntropy, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z, t: (n, c), s = 1 / (1 + e^-z), m = n c with `mean`, 1 with `sum`

        L = -sum_nc (t_nc log s_nc + (1 - t_nc) log(1 - s_nc)) / m
          =  sum_nc (t_nc log(1 + e^-z_nc) + (1 - t_nc) log(1 + e^z_nc)) / m

    With d log(1 + e^z)/dz = s and d log(1 + e^-z)/dz = s - 1,

        dz_nc = dL (t_nc (s_nc - 1) + (1 - t_nc) s_nc) / m

    which is s_nc - t_nc; with s_nc - 1 = -s(-z_nc) no digit is lost where s_nc is near t_nc.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.90 and 4.91.
    """
    m = z.size if loss.reduction == "mean" else 1
    terms = t * log_one_plus_exp(-z) + (1 - t) * log_one_plus_exp(z)

    def pullback(dL: Any) -> Array:
        return dL * ((1 - t) * logistic(z) - t * logistic(-z)) / m

    return terms.sum() / m, pullback


def cross_entropy(loss: CrossEntropy, z: Array, t: Array) -> tuple[Any, LossPullback]:
    r"""z: (n, c)  t: (n,) labels or (n, c) weights of the classes, m = n with `mean`, 1 with `sum`

        L = -sum_nc t_nc log P_nc / m    P_nc = e^z_nc / sum_k e^z_nk

    log P_nc = z_nc - log sum_k e^z_nk, hence d log P_nc / dz_nk = [c = k] - P_nk, and

        dz_nk = -dL sum_c t_nc ([c = k] - P_nk) / m
              = dL (P_nk sum_{c != k} t_nc - t_nk (1 - P_nk)) / m

    where 1 - P_nk = sum_{c != k} P_nc, which keeps its digits where P_nk is nearly 1.

    A label stands for the t_n that is 1 there and 0 elsewhere. The largest z_n, which cancels in
    P_n, is taken off first, so that no exponential overflows.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), eq. 4.108 and 4.109.
    """
    m = len(z) if loss.reduction == "mean" else 1
    if loss.labels == "index":
        t = np.eye(z.shape[1], dtype=z.dtype)[t]
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=1, keepdims=True)
    log_P, P = z - np.log(total), e / total
    others = 1 - np.eye(z.shape[1], dtype=z.dtype)

    def pullback(dL: Any) -> Array:
        return dL * (P * (t @ others) - t * (P @ others)) / m

    return -(t * log_P).sum() / m, pullback
