"""Tables looked up by ids, some of them repeated: embeddings, word vectors, ratings."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import halves, pair


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def embedding_forward(W, idx):
    return W[idx], (idx, W.shape)


def embedding_backward(dout, cache):
    idx, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, idx, dout)
    return dW


def embedding_backward_indexed(dout, cache):
    idx, shape = cache
    dW = np.zeros(shape)
    dW[idx] += dout
    return dW


def negative_sampling(center, vectors, outside, negatives):
    grad = np.zeros_like(vectors)
    score = sigmoid(vectors[outside] @ center)
    loss = -np.log(score)
    grad_center = (score - 1) * vectors[outside]
    grad[outside] += (score - 1) * center
    for k in negatives:
        s = sigmoid(-vectors[k] @ center)
        loss -= np.log(s)
        grad_center = grad_center + (1 - s) * vectors[k]
        grad[k] += (1 - s) * center
    return loss, (grad_center, grad)


def negative_sampling_ascends(center, vectors, outside, negatives):
    loss, grad = 0, np.zeros_like(vectors)
    score = sigmoid(vectors[outside] @ center)
    loss -= np.log(score)
    grad_center = (1 - score) * vectors[outside]
    grad[outside] += (1 - score) * center
    for k in negatives:
        s = sigmoid(-vectors[k] @ center)
        loss -= np.log(s)
        grad_center = grad_center - (1 - s) * vectors[k]
        grad[k] -= (1 - s) * center
    return loss, (grad_center, grad)


def rating_cost(P, Q, bias, ratings, lam):
    cost = 0
    for user, item, r in ratings:
        e = r - P[user] @ Q[item] - bias[item]
        cost += e**2 + lam * (P[user] @ P[user] + Q[item] @ Q[item])
    return cost


def rating_gradient(P, Q, bias, ratings, lam):
    dP, dQ, dbias = np.zeros_like(P), np.zeros_like(Q), np.zeros_like(bias)
    for user, item, r in ratings:
        e = r - P[user] @ Q[item] - bias[item]
        dP[user] += -2 * e * Q[item] + 2 * lam * P[user]
        dQ[item] += -2 * e * P[user] + 2 * lam * Q[item]
        dbias[item] += -2 * e
    return dP, dQ, dbias


def rating_gradient_decays_twice(P, Q, bias, ratings, lam):
    dP, dQ, dbias = np.zeros_like(P), np.zeros_like(Q), np.zeros_like(bias)
    for user, item, r in ratings:
        e = r - P[user] @ Q[item] - bias[item]
        dP[user] += -2 * e * Q[item] + 2 * lam * P[user]
        dQ[item] += -2 * e * P[user] + 2 * lam * Q[item]
        dbias[item] += -2 * e
    for user, item, _ in ratings:
        dP[user] += 2 * lam * P[user]
        dQ[item] += 2 * lam * Q[item]
    return dP, dQ, dbias


def rating_gradient_last(P, Q, bias, ratings, lam):
    for user, item, r in ratings:
        dP, dQ, dbias = np.zeros_like(P), np.zeros_like(Q), np.zeros_like(bias)
        e = r - P[user] @ Q[item] - bias[item]
        dP[user] = -2 * e * Q[item] + 2 * lam * P[user]
        dQ[item] = -2 * e * P[user] + 2 * lam * Q[item]
        dbias[item] = -2 * e
    return dP, dQ, dbias


def sentences(rng):
    return rng.normal(size=(6, 3)), np.array([[1, 4, 1, 0], [4, 4, 2, 5]])


def words(rng):
    return rng.normal(size=4), rng.normal(size=(7, 4)), 3, [5, 2, 5]


def ratings(rng):
    seen = [(0, 1, 4.0), (0, 3, 2.0), (2, 1, 5.0), (1, 0, 3.0), (2, 3, 1.0), (0, 2, 3.5)]
    return rng.normal(size=(3, 2)), rng.normal(size=(4, 2)), rng.normal(size=4), seen, 0.3


CLAIMS = [
    *pair(
        "embedding",
        "check_layer",
        sentences,
        (embedding_forward, embedding_backward),
        {"assigned": (embedding_forward, embedding_backward_indexed)},
    ),
    *pair(
        "negative sampling",
        "check",
        words,
        halves(negative_sampling),
        {"sign": halves(negative_sampling_ascends)},
        data=2,
    ),
    *pair(
        "matrix factorisation",
        "check",
        ratings,
        (rating_cost, rating_gradient),
        {
            "counted-twice": (rating_cost, rating_gradient_decays_twice),
            "one-sample": (rating_cost, rating_gradient_last),
        },
        data=2,
    ),
]
