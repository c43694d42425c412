"""Sums over all paths: a linear chain's partition function, alignments of labels with frames."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

from itertools import pairwise

import numpy as np

from wild.claim import pair


def logsumexp(a, axis):
    top = a.max(axis=axis, keepdims=True)
    return (top + np.log(np.exp(a - top).sum(axis=axis, keepdims=True))).squeeze(axis)


def chain_messages(unary, trans):
    ahead, behind = [unary[0]], [np.zeros(len(trans))]
    for u in unary[1:]:
        ahead.append(u + logsumexp(ahead[-1][:, None] + trans, axis=0))
    for u in unary[:0:-1]:
        behind.insert(0, logsumexp(trans + u + behind[0], axis=1))
    return np.array(ahead), np.array(behind)


def chain_nll(unary, trans, path):
    ahead, _ = chain_messages(unary, trans)
    score = unary[np.arange(len(path)), path].sum() + trans[path[:-1], path[1:]].sum()
    return logsumexp(ahead[-1], axis=0) - score


def chain_marginals(unary, trans):
    ahead, behind = chain_messages(unary, trans)
    logZ = logsumexp(ahead[-1], axis=0)
    edges = ahead[:-1, :, None] + trans + (unary + behind)[1:, None, :] - logZ
    return np.exp(ahead + behind - logZ), np.exp(edges).sum(axis=0)


def chain_grad(unary, trans, path):
    dunary, dtrans = chain_marginals(unary, trans)
    dunary[np.arange(len(path)), path] -= 1
    for a, b in pairwise(path):
        dtrans[a, b] -= 1
    return dunary, dtrans


def chain_grad_indexed(unary, trans, path):
    dunary, dtrans = chain_marginals(unary, trans)
    dunary[np.arange(len(path)), path] -= 1
    dtrans[path[:-1], path[1:]] -= 1
    return dunary, dtrans


def alignments(p, labels):
    T, L = len(p), len(labels)
    alpha, beta = np.zeros((T, L)), np.zeros((T, L))
    alpha[0, 0], beta[-1, -1] = p[0, labels[0]], p[-1, labels[-1]]
    for t in range(1, T):
        for s in range(L):
            before = alpha[t - 1, s] + (alpha[t - 1, s - 1] if s > 0 else 0)
            alpha[t, s] = before * p[t, labels[s]]
    for t in range(T - 2, -1, -1):
        for s in range(L):
            after = beta[t + 1, s] + (beta[t + 1, s + 1] if s < L - 1 else 0)
            beta[t, s] = after * p[t, labels[s]]
    return alpha, beta


def alignment_loss(p, labels):
    alpha, _ = alignments(p, labels)
    return -np.log(alpha[-1, -1])


def alignment_grad(p, labels):
    alpha, beta = alignments(p, labels)
    dp = np.zeros_like(p)
    for t in range(len(p)):
        for s, k in enumerate(labels):
            dp[t, k] -= alpha[t, s] * beta[t, s] / p[t, k] ** 2
    return dp / alpha[-1, -1]


def alignment_grad_once_divided(p, labels):
    alpha, beta = alignments(p, labels)
    dp = np.zeros_like(p)
    for t in range(len(p)):
        for s, k in enumerate(labels):
            dp[t, k] -= alpha[t, s] * beta[t, s] / p[t, k]
    return dp / alpha[-1, -1]


def alignment_grad_last_label(p, labels):
    alpha, beta = alignments(p, labels)
    dp = np.zeros_like(p)
    for t in range(len(p)):
        for s, k in enumerate(labels):
            dp[t, k] = -alpha[t, s] * beta[t, s] / p[t, k] ** 2
    return dp / alpha[-1, -1]


CLAIMS = [
    *pair(
        "linear chain",
        "check",
        lambda rng: (
            rng.normal(size=(6, 3)),
            rng.normal(size=(3, 3)),
            np.array([0, 1, 2, 0, 1, 1]),
        ),
        (chain_nll, chain_grad),
        {"assigned": (chain_nll, chain_grad_indexed)},
        data=1,
    ),
    *pair(
        "sum over alignments",
        "check",
        lambda rng: (rng.uniform(0.1, 0.9, (6, 4)), [2, 0, 2]),
        (alignment_loss, alignment_grad),
        {
            "path-left-out": (alignment_loss, alignment_grad_once_divided),
            "assigned": (alignment_loss, alignment_grad_last_label),
        },
        data=1,
    ),
]
