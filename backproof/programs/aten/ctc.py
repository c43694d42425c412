"""Connectionist temporal classification: the sum over all alignments, as sums of products.

A. Graves, S. Fernandez et al., Connectionist Temporal Classification (2006). torch computes with
logarithms; in exact arithmetic nothing underflows, and in floats not within `FRAMES` frames.
"""

from typing import Any, NamedTuple

import numpy as np

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step
from backproof.programs.aten.operations import Lowering
from backproof.verdict.decisions import FRAMES


class Lattice(NamedTuple):
    """The labels with blanks between them, (N, L), -1 beyond the end; where two steps at once may
    be taken; the number of frames and of labels of each sequence.
    """

    labels: Any
    skips: Any
    frames: Any
    lengths: Any


def _ints(x: Any) -> Any:
    return np.asarray(x.value if isinstance(x, Step) else x, dtype=np.int64)


def lattice(p: Step, targets: Step, frames: Any, lengths: Any, blank: int) -> Lattice:
    """What an alignment may go through. Raises ValueError where there are too many frames."""
    if p.shape[0] > FRAMES:
        raise ValueError(f"more than {FRAMES} frames underflow")
    given, counts = _ints(targets), _ints(lengths)
    rows = np.split(given, np.cumsum(counts)[:-1]) if given.ndim == 1 else list(given)
    labels = np.full((len(counts), 2 * counts.max(initial=0) + 1), -1)
    for row, own, n in zip(labels, rows, counts, strict=True):
        row[: 2 * n + 1] = blank
        row[1 : 2 * n : 2] = own[:n]
    skips = np.zeros(labels.shape, dtype=bool)
    skips[:, 2:] = (labels[:, 2:] != blank) & (labels[:, 2:] != labels[:, :-2])
    return Lattice(labels, skips & (labels >= 0), _ints(frames), counts)


def _emitted(p: Step, at: Lattice) -> list[Step]:
    """For each frame the probabilities of the labels of every lattice."""
    safe = np.maximum(at.labels, 0)

    def layout(t: int) -> Any:
        return lambda q: np.where(at.labels < 0, 0, np.take_along_axis(q[t], safe, 1))

    return [moved(layout(t), p) for t in range(p.shape[0])]


def _ends(at: Lattice) -> Any:
    """The places at which an alignment may end."""
    places = np.arange(at.labels.shape[1])
    last = 2 * at.lengths[:, None]
    return (places == last) | ((places == last - 1) & (last > 0))


def _shifted(x: Step, by: int, keep: Any = True) -> Step:
    """Moved along the lattice, with zeros behind; only where a mask allows."""

    def layout(q: Any) -> Any:
        found = np.zeros_like(q)
        found[:, by:] = q[:, :-by]
        return np.where(keep, found, 0)

    return moved(layout, x)


def _forwards(emitted: list[Step], at: Lattice) -> list[Step]:
    """For each frame the probability of all that leads to every place of the lattice."""
    first = np.arange(at.labels.shape[1]) < 2
    found = [moved(lambda q: np.where(first, q, 0), emitted[0])]
    for probability in emitted[1:]:
        a = found[-1]
        found.append((a + _shifted(a, 1) + _shifted(a, 2, at.skips)) * probability)
    return found


def _log(x: Step) -> Step:
    none = d.equal(x, 0.0)
    return d.choose(none, -np.inf, e.log(d.choose(none, 1.0, x)))


def ctc_loss(
    log_p: Step,
    targets: Step,
    frames: Any,
    lengths: Any,
    blank: int = 0,
    zero_infinity: bool = False,
) -> tuple[Step, Step]:
    """-log of the probability of every target, and the logarithms of what leads to each place."""
    p = e.exp(log_p)
    at = lattice(p, targets, frames, lengths, blank)
    alphas = _forwards(_emitted(p, at), at)
    ends, last = _ends(at), np.maximum(at.frames - 1, 0)
    every = moved(lambda *q: np.stack(q, axis=1), *alphas)
    final = moved(lambda q: np.where(ends, q[np.arange(len(last)), last], 0), every)
    loss = -_log(summed(final, -1))
    if zero_infinity:
        loss = d.choose(d.other(loss, function=np.isinf), 0.0, loss)
    return loss, _log(every)


CTC: dict[str, Lowering] = {"_ctc_loss": ctc_loss}
