"""Which layer misbehaves: every layer alone, in floats."""

from collections.abc import Collection
from functools import partial

import numpy as np

from architectures import INPUT, Tensors
from backproof.alone import COTANGENT, Backward, backward, dz, layers_alone, loss_alone
from backproof.claims import TARGET, Claim
from backproof.conduct import observe


def misbehaving(claim: Claim, tensors: Tensors) -> list[str]:
    """The layers that misbehave alone in floats, and how: "layer 1 (ReLU): dx, has shape ...".

    A layer misbehaves if it raises, misfits, changes its input, changes its mind, or makes what is
    not finite of what is.
    """
    found: list[str] = []
    a = tensors[INPUT]
    with np.errstate(all="ignore"):
        for j, (where, rule, p) in enumerate(layers_alone(claim, tensors)):
            try:
                y = rule({name: t.copy() for name, t in p.items()}, a.copy())[0]
                dy = np.random.default_rng(j).uniform(-1, 1, y.shape).astype(y.dtype)
            except Exception as error:  # somebody's code may raise anything
                return [*found, f"{where}: raises {type(error).__name__}: {error}"]
            here = {INPUT: a, **p, COTANGENT: dy}
            lines = _misconduct(partial(backward, rule), here, [INPUT, *p])
            found += [f"{where}: {line}" for line in lines]
            a = y
        where, alone = loss_alone(claim)
        lines = _misconduct(alone, {INPUT: a, TARGET: tensors[TARGET]}, [INPUT])
    return found + [f"{where}: {dz(line)}" for line in lines]


def _misconduct(run: Backward, here: Tensors, names: Collection[str]) -> list[str]:
    """What a layer does wrong with finite inputs; what it does with others is not its own doing."""
    if not all(np.isfinite(t).all() for t in here.values()):
        return []
    conduct = observe(run, here, list(names))
    if conduct.broken:
        return [f"{f.tensor}, {f.note}" for f in conduct.broken]
    wild = [name for name, g in conduct.results.items() if not np.isfinite(g).all()]
    return [f"{name}, not finite though its inputs are" for name in wild]
