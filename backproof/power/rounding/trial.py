"""Rounding on trial: the error ratios of right and of unstable layers, the smallest faults seen."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from backproof.power.right_code import Progress
from backproof.power.rounding.activations import ACTIVATIONS
from backproof.power.rounding.attention import ATTENTION
from backproof.power.rounding.figures import LEVELS, Loss, Rounding, Shares, decided
from backproof.power.rounding.formats import Format, Judged, formats
from backproof.power.rounding.layer import Layer
from backproof.power.rounding.layers import PLAIN
from backproof.power.rounding.norms import NORMS
from backproof.power.rounding.recurrent import RECURRENT
from backproof.power.rounding.smallest import smallest
from backproof.power.rounding.unstable import UNSTABLE
from backproof.programs.run import CannotFollow

LAYERS = (*ACTIVATIONS, *PLAIN, *ATTENTION, *NORMS, *RECURRENT)
TRIED = ("dense, tanh", "softmax", "layer norm", "GRU")
"""The layers in which the smallest faults are looked for."""
SEEDS = 20


def run(
    seeds: int = SEEDS,
    layers: Sequence[Layer] = LAYERS,
    on: Sequence[Format] | None = None,
    progress: Progress | None = None,
) -> Rounding:
    """Judge right layers at seeds in formats, then unstable ones, then faults of few octaves."""
    start = time.perf_counter()
    asked = list(on or formats())
    total, shares = len(asked) * len(layers), []
    with np.errstate(all="ignore"):
        for k, f in enumerate(asked):
            done = k * len(layers)
            shares.append(_shares(f, layers, seeds, progress and _from(progress, done, total)))
        unstable = [_loss(f, u.at(f.precision.u)) for f in asked for u in UNSTABLE]
        tried = [layer for layer in layers if layer.name in TRIED]
        followed = [f for f, own in zip(asked, shares, strict=True) if not own.unfollowed]
        found = [smallest(f, layer) for f in followed for layer in tried]
    return Rounding(seeds, shares, unstable, found, decided(), time.perf_counter() - start)


def _from(progress: Progress, done: int, total: int) -> Progress:
    return lambda k, _: progress(done + k, total)


def _shares(f: Format, layers: Sequence[Layer], seeds: int, progress: Progress | None) -> Shares:
    found: list[Any] = []
    worst, worst_at, unfollowed = -1.0, "", 0
    accused: list[str] = []
    possible = [x for x in layers if x.halves or f.precision.bits >= 24]
    for k, layer in enumerate(possible):
        for seed in range(seeds):
            try:
                judged = _judged(f, layer, seed)
            except CannotFollow as reason:
                accused.append(f"{layer.name}, seed {seed}: not followed, {reason}")
                unfollowed += 1
                continue
            ratios = [t.ratio.ravel() for t in judged.measured.tensors.values()]
            found += ratios
            largest = max(float(r.max(initial=0.0)) for r in ratios)
            if largest > worst:
                worst, worst_at = largest, f"{layer.name}, seed {seed}"
            if not judged.status:
                accused.append(f"{layer.name}, seed {seed}: {judged.status}, {largest:.2f} units")
        if progress:
            progress(k + 1, len(possible))
    every = np.concatenate(found or [np.full(1, np.inf)])
    above = {f"{level:g}": float(np.mean(every > level)) for level in LEVELS}
    typical = float(np.sqrt(np.mean(every**2)))
    told = (worst, worst_at, accused, unfollowed)
    return Shares(str(f), len(possible), every.size, typical, above, *told)


def _judged(f: Format, layer: Layer, seed: int) -> Judged:
    values = layer.inputs(np.random.default_rng(seed))
    return f.judged(*layer.bound(f.module), values, seed)


def _loss(f: Format, layer: Layer) -> Loss:
    try:
        judged = _judged(f, layer, 0)
    except CannotFollow as reason:
        return Loss(str(f), layer.name, np.nan, f"not followed, {reason}", False)
    ratio = max(float(t.ratio.max(initial=0.0)) for t in judged.measured.tensors.values())
    return Loss(str(f), layer.name, ratio, str(judged.status), not judged.status)
