"""How a claim behaves in floats: what makes it `broken` whatever its formula is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from architectures import Array, Tensors
from backproof.verdicts import Finding, Status
from reference.testimony import LOSS

CLAIM = "claim"
"""The witness named in findings that the claim's own conduct gives rise to."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the claim returned, and the findings of misbehaviour (none if it behaved)."""

    results: dict[str, Array]
    broken: tuple[Finding, ...]


def observe(
    gradient: Callable[[Mapping[str, Any]], Mapping[str, Any]], tensors: Tensors, names: list[str]
) -> Conduct:
    """Run the claim in floats; report what raises, misfits, changes its inputs or its mind.

    names: the tensors that must have a gradient, each shaped like its tensor. A call at another
    point goes before, so that a cache that is filled only once holds what is wrong here.
    """
    given = {name: t.copy() for name, t in tensors.items()}
    try:
        with np.errstate(all="ignore"):
            with suppress(Exception):  # elsewhere may lie outside of the claim's domain
                gradient({**given, **{name: _elsewhere(tensors[name]) for name in names}})
            first = {name: _array(g) for name, g in gradient(given).items()}
            changed = [name for name, t in tensors.items() if not _same(t, given[name])]
            first = {name: g if g is None else g.copy() for name, g in first.items()}
            second = gradient({name: t.copy() for name, t in tensors.items()})
    except Exception as error:  # whatever somebody's code raises is a finding, not our failure
        return Conduct({}, (_broken(LOSS, f"raises {type(error).__name__}: {error}"),))
    shapes = {LOSS: (), **{name: tensors[name].shape for name in names}}
    broken = [_broken(name, "the claim changes its input in place") for name in changed]
    for name, shape in shapes.items():
        result = first.get(name)
        if result is None:
            broken.append(_broken(name, "no gradient is returned"))
        elif result.shape != shape:
            broken.append(_broken(name, f"has shape {result.shape}, its tensor {shape}"))
        elif result.dtype.kind not in "fiu":
            broken.append(_broken(name, f"is an array of {result.dtype}, not of numbers"))
        elif not _same(result, _array(second[name])):
            broken.append(_broken(name, "a second call returns something else"))
    return Conduct({n: g for n, g in first.items() if g is not None}, tuple(broken))


def not_finite(name: str, result: Array, true: Any) -> Finding | None:
    """`broken` where the result is no finite number, unless the truth is too large for its dtype.

    true: the true values, flat; NaN where nobody knows them.
    """
    excused = np.abs(true) > np.finfo(result.dtype).max
    bad = np.argwhere(~np.isfinite(result) & ~excused.reshape(result.shape))
    if not len(bad):
        return None
    worst = tuple(int(i) for i in bad[0])
    value = float(true.reshape(result.shape)[worst])
    note = f"{len(bad)} of {result.size} elements are not finite"
    note += " though the truth is" if np.isfinite(value) else ""
    return Finding(name, CLAIM, Status.BROKEN, worst, float(result[worst]), value, note=note)


def _broken(name: str, note: str) -> Finding:
    return Finding(name, CLAIM, Status.BROKEN, note=note)


def _array(result: Any) -> Any:
    return None if result is None else np.asarray(result)


def _elsewhere(tensor: Array) -> Any:
    return tensor.dtype.type(0.5) - tensor


def _same(a: Any, b: Any) -> bool:
    if b is None or b.dtype.kind not in "fiu":
        return False
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
