"""A backward pass that was not followed: its floats against the truth, at several points.

One float error above the limit may be an unlucky rounding: what stays at points nearby is a wrong
formula, what jumps about is rounding. And a tensor is judged as a whole, where in formats of few
bits no single element shows a fault of some percent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from backproof.checks.claim import Claim, Tensors
from backproof.checks.errors import numbers_in
from backproof.checks.judgement import Judgement
from backproof.checks.measure import measure
from backproof.checks.measured import Measured, Tensor
from backproof.exact.ancestry import ancestors
from backproof.exact.precision import Floats
from backproof.exact.primitives.special import gammainc_order
from backproof.exact.rounding import carried_errors, root_mean_square, samples
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import (
    APPROXIMATE,
    DOUBTED,
    LIMIT,
    MANY,
    NEARBY,
    POINTS,
    ROUNDED_ANEW,
    SAMPLES,
    STAYS,
)

Errors = Callable[[Mapping[str, Floats]], tuple[float, float]]
"""An element's error at other inputs, with its sign: by itself, and as a part of the element."""


def moved(claim: Claim, at: Mapping[str, Floats]) -> Tensors:
    """A claim's tensors, some of them elsewhere, in the claim's own formats."""
    there = {n: np.asarray(x, dtype=claim.tensors[n].dtype) for n, x in at.items()}
    return {**claim.tensors, **there}


def ask_again(
    claim: Claim, record: Any, measured: Measured, judgement: Judgement, seed: int
) -> None:
    """Floats that are off, of a backward that was not followed: here alone, or nearby as well? What
    the judgement says of them is mended in place.
    """
    unfollowed = {n: t for n, t in measured.tensors.items() if t.claimed is None}
    if not unfollowed:
        return

    def there(at: Mapping[str, Floats]) -> Mapping[str, Tensor]:
        point = moved(claim, at)
        returned = claim.runs.gradient({**point, **claim.fixed})
        return measure(record(point), returned, claim.dtypes, seed, claim.projections).tensors

    def error(name: str, k: int, at: Mapping[str, Floats]) -> tuple[float, float]:
        t = there(at)[name]
        return signed(t.returned, t.truth, k)

    inputs = {n: np.asarray(t, dtype=np.float64) for n, t in claim.tensors.items()}
    for k, finding in enumerate(judgement.findings):
        if finding.status is Status.WRONG and finding.tensor in unfollowed:
            here = unfollowed[finding.tensor]
            if measured.run.approximate and _approximates(here):
                judgement.findings[k] = replace(finding, status=Status.CORRECT)
                judgement.remarks.append(_approximate(here, measured.run.approximate))
                del unfollowed[finding.tensor]
            elif np.isfinite(here.ratio).all():
                own = partial(error, finding.tensor, int(np.argmax(here.ratio)))
                if not stays(nearby(inputs, own, seed)):
                    judgement.findings[k] = imprecise(finding)
    parts = {n: abs(whole(t)) for n, t in unfollowed.items()}
    off = [n for n, part in parts.items() if part > LIMIT]
    doubted = [n for n, part in parts.items() if DOUBTED < part <= LIMIT]
    anew = list(map(there, around(inputs, seed, ROUNDED_ANEW))) if doubted else []
    off += [n for n in doubted if stays(np.array([[whole(t[n]) for t in anew]]))]
    for name in off:
        for k, finding in enumerate(judgement.findings):
            if finding.tensor == name and finding.status is Status.CORRECT:  # not at a tie
                judgement.findings[k] = _off_as_a_whole(finding)


def _approximates(tensor: Tensor) -> bool:
    """Whether an error is small, or as small as that of the slopes of samples, carried on: where
    two terms of a gradient cancel, it is a larger part of what is left.
    """
    if tensor.size <= APPROXIMATE:
        return True
    slopes = [s for s in ancestors([tensor.step]) if s.primitive is gammainc_order]
    errors = {s.number: APPROXIMATE * np.abs(s.value) for s in slopes}
    (carried,) = carried_errors([tensor.step], errors, SAMPLES, 0)
    return bool((tensor.error <= root_mean_square(np.abs(carried))).all())


def _approximate(tensor: Tensor, why: str) -> str:
    """What is said of a tensor that is right as far as its framework tells it."""
    return f"{tensor.name} is right for the distribution, to a part of {tensor.size:.1g}: {why}"


def imprecise(finding: Finding) -> Finding:
    """An error that is another one at every point nearby."""
    note = "the error is another at every point nearby: it is rounding, and far above the normal"
    return replace(finding, status=Status.IMPRECISE, note=note)


def _off_as_a_whole(finding: Finding) -> Finding:
    return replace(finding, status=Status.WRONG, note="every element is off by the same part")


def whole(tensor: Tensor, seed: int = 0) -> float:
    """The error's part along the truth, with its sign, in units of the same part of what rounding
    makes.
    """
    true = np.where(np.isfinite(tensor.truth), tensor.truth, 0.0)
    size = float(np.sqrt(np.sum(true**2)))
    if size == 0:
        return 0.0
    along = true / size
    errors = np.nan_to_num(samples([tensor.step], MANY, seed)[0], nan=0.0)
    parts = (np.real(errors) * along).reshape(MANY, -1).sum(axis=1)
    last = np.sqrt(np.sum((tensor.half * along) ** 2))
    unit = float(np.sqrt(np.mean(parts**2) + last**2))
    error = float(np.sum((numbers_in(tensor.returned) - tensor.truth) * along))
    return error / unit if unit else 0.0 if error == 0 else np.inf


def nearby(inputs: Mapping[str, Floats], errors: Errors, seed: int) -> Floats:
    """The errors of an element at points nearby, and the parts of it that they are."""
    return np.array([errors(point) for point in around(inputs, seed)]).T


def around(inputs: Mapping[str, Any], seed: int, part: float = NEARBY) -> Iterator[dict[str, Any]]:
    """`POINTS` points nearby. part: of every input, how far they lie."""
    random = np.random.default_rng(seed)
    for _ in range(POINTS):
        yield {n: x * (1 + part * random.uniform(-1, 1, np.shape(x))) for n, x in inputs.items()}


def stays(found: Floats) -> bool:
    """Whether an error is there at points nearby as well, and the same: by itself or, where the
    function grows fast, as a part of its element.
    """
    return any(map(_stands, found))


def _stands(errors: Floats) -> bool:
    scatter = float(errors.std())
    return scatter == 0 or abs(float(errors.mean())) / scatter > STAYS


def signed(claimed: Any, true: Any, k: int) -> tuple[float, float]:
    """The error of an element, and the part of it that this is, with their sign."""
    value = float(true.ravel()[k])
    error = float(numbers_in(claimed).ravel()[k]) - value
    return error, error / (value or 1.0)
