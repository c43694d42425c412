"""Densities and divergences: Gaussians, mixtures, determinants, the variational bound."""

# Written as their authors write: without docstrings.
# ruff: noqa: D103

import numpy as np

from wild.claim import pair


def gaussian_nll(mu, log_sigma, x):
    z = (x - mu) * np.exp(-log_sigma)
    return np.sum(0.5 * z**2 + log_sigma + 0.5 * np.log(2 * np.pi))


def gaussian_nll_grad(mu, log_sigma, x):
    z = (x - mu) * np.exp(-log_sigma)
    return -(z * np.exp(-log_sigma)).sum(axis=0), (1 - z**2).sum(axis=0)


def gaussian_nll_grad_per_sample(mu, log_sigma, x):
    z = (x - mu) * np.exp(-log_sigma)
    return -z * np.exp(-log_sigma), 1 - z**2


def vae_forward(mu, logvar):
    eps = np.random.default_rng(42).normal(size=mu.shape)
    std = np.exp(0.5 * logvar)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    return (mu + std * eps, kl), (mu, logvar, std, eps)


def vae_backward(grads, cache):
    dz, dkl = grads
    mu, logvar, std, eps = cache
    dmu = dz + dkl[:, None] * mu
    dlogvar = dz * eps * std * 0.5 + dkl[:, None] * 0.5 * (np.exp(logvar) - 1)
    return dmu, dlogvar


def vae_backward_other_noise(grads, cache):
    dz, dkl = grads
    mu, logvar, std, _ = cache
    eps = np.random.default_rng().normal(size=mu.shape)
    dmu = dz + dkl[:, None] * mu
    dlogvar = dz * eps * std * 0.5 + dkl[:, None] * 0.5 * (np.exp(logvar) - 1)
    return dmu, dlogvar


def vae_backward_no_divergence(grads, cache):
    dz, _ = grads
    _, _, std, eps = cache
    return dz.copy(), dz * eps * std * 0.5


def mixture_joint(params, x):
    w = params["logits"] - np.log(np.sum(np.exp(params["logits"])))
    d = x[:, None] - params["means"]
    return w - 0.5 * d**2 - 0.5 * np.log(2 * np.pi), d


def mixture_nll(params, x):
    joint, _ = mixture_joint(params, x)
    top = joint.max(axis=1)
    return -np.sum(top + np.log(np.exp(joint - top[:, None]).sum(axis=1)))


def mixture_nll_naive(params, x):
    joint, _ = mixture_joint(params, x)
    return -np.sum(np.log(np.exp(joint).sum(axis=1)))


def responsibilities(joint):
    r = np.exp(joint - joint.max(axis=1, keepdims=True))
    return r / r.sum(axis=1, keepdims=True)


def mixture_grad(params, x):
    joint, d = mixture_joint(params, x)
    r = responsibilities(joint)
    pi = np.exp(params["logits"]) / np.exp(params["logits"]).sum()
    return {"logits": len(x) * pi - r.sum(axis=0), "means": -(r * d).sum(axis=0)}


def mixture_grad_unnormalised_weights(params, x):
    joint, d = mixture_joint(params, x)
    r = responsibilities(joint)
    return {"logits": -r.sum(axis=0), "means": -(r * d).sum(axis=0)}


def logdet(A):
    return np.log(A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0])


def logdet_grad(A):
    det = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    inverse = np.array([[A[1, 1], -A[0, 1]], [-A[1, 0], A[0, 0]]]) / det
    return inverse.T


def logdet_grad_untransposed(A):
    return np.linalg.inv(A)


def wishart(L, S):
    P = L @ L.T
    return 0.5 * np.sum(P * S) - np.log(np.abs(np.linalg.det(L)))


def wishart_grad(L, S):
    return S @ L - np.linalg.inv(L).T


def wishart_grad_untransposed(L, S):
    return S @ L - np.linalg.inv(L)


def covariance(rng):
    S = rng.normal(size=(3, 3))
    return rng.normal(size=(3, 3)) + 3 * np.eye(3), S @ S.T


def mixture(rng):
    far = np.append(rng.normal(0, 2, 5), 60.0)
    return {"logits": rng.normal(size=3), "means": rng.normal(0, 2, 3)}, far


CLAIMS = [
    *pair(
        "gaussian log-likelihood",
        "check",
        lambda rng: (rng.normal(size=2), rng.normal(size=2), rng.normal(size=(5, 2))),
        (gaussian_nll, gaussian_nll_grad),
        {"not-reduced": (gaussian_nll, gaussian_nll_grad_per_sample)},
        data=1,
    ),
    *pair(
        "variational encoder",
        "check_layer",
        lambda rng: (rng.normal(size=(3, 2)), rng.normal(size=(3, 2))),
        (vae_forward, vae_backward),
        {
            "not-deterministic": (vae_forward, vae_backward_other_noise),
            "path-left-out": (vae_forward, vae_backward_no_divergence),
        },
    ),
    *pair(
        "mixture of gaussians",
        "check",
        mixture,
        (mixture_nll, mixture_grad),
        {
            "path-left-out": (mixture_nll, mixture_grad_unnormalised_weights),
            "loss-not-finite": (mixture_nll_naive, mixture_grad),
        },
        data=1,
    ),
    *pair(
        "log-determinant of two by two",
        "check",
        lambda rng: (rng.normal(size=(2, 2)) / 3 + np.eye(2),),
        (logdet, logdet_grad),
        {"transposed": (logdet, logdet_grad_untransposed)},
    ),
    *pair(
        "precision of a gaussian",
        "check",
        covariance,
        (wishart, wishart_grad),
        {"transposed": (wishart, wishart_grad_untransposed)},
        data=1,
    ),
]
