"""The trial set: gradients as many different people write them, each right one with wrong twins."""

from wild import (
    activations,
    attention,
    blogs,
    chains,
    classifiers,
    distances,
    embeddings,
    images,
    kinks,
    layers,
    likelihoods,
    losses,
    manners,
    narrow,
    objects,
    pooling,
    recurrent,
    regressions,
    scalars,
    signals,
    structures,
)
from wild.claim import WildClaim

CLAIMS: list[WildClaim] = [
    *layers.CLAIMS,
    *images.CLAIMS,
    *pooling.CLAIMS,
    *classifiers.CLAIMS,
    *blogs.CLAIMS,
    *objects.CLAIMS,
    *recurrent.CLAIMS,
    *chains.CLAIMS,
    *attention.CLAIMS,
    *embeddings.CLAIMS,
    *regressions.CLAIMS,
    *likelihoods.CLAIMS,
    *distances.CLAIMS,
    *activations.CLAIMS,
    *losses.CLAIMS,
    *signals.CLAIMS,
    *structures.CLAIMS,
    *scalars.CLAIMS,
    *manners.CLAIMS,
    *narrow.CLAIMS,
    *kinks.CLAIMS,
]

__all__ = ["CLAIMS", "WildClaim"]
