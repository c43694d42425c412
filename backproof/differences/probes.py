"""Where a tensor is probed: single elements, or directions that move a block of them at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backproof.exact.precision import Array
from backproof.verdict.numeric import BLOCKS, ELEMENTS, PARTS, WHOLE


@dataclass(frozen=True, slots=True)
class Probe:
    """The elements start to stop of a flat tensor, moved together in directions drawn by a seed.

    relative: by as much as each element is large, not all by as much as the tensor is.
    """

    start: int
    stop: int
    seed: int = 0
    relative: bool = False

    @property
    def single(self) -> bool:
        """Whether it moves one element, and its slope is that element's."""
        return self.stop == self.start + 1

    def along(self, tensor: Array) -> Array:
        """The direction, flat, of the elements moved: 1 for a single one, else ± powers of 2.

        Steps that are powers of 2 along it leave floats on their grid, a float32's too.
        """
        part = tensor.reshape(-1)[self.start : self.stop]
        if self.single:
            return np.ones(1)
        if self.relative:
            return proportional(part, self.seed)
        return scale(tensor) * _signs(part.size, self.seed)


def scale(tensor: Array) -> float:
    """The root mean square of the finite elements, as a power of 2; 1 where all of them are 0."""
    finite = tensor[np.isfinite(tensor)].astype(np.float64)
    largest = float(np.max(np.abs(finite), initial=0))
    if largest == 0:
        return 1.0
    shares = finite / largest
    return float(_power(largest * np.sqrt(np.mean(shares * shares))))


def proportional(flat: Array, seed: int) -> Array:
    """A direction as large as each element, as powers of 2 with random signs.

    Infinite elements, a mask's, stay infinite wherever they move.
    """
    own = (flat != 0) & np.isfinite(flat)
    sizes = np.where(own, np.abs(flat), scale(flat)).astype(np.float64)
    return _power(sizes) * _signs(flat.size, seed)


def chosen(tensor: Array, affordable: int, seed: int, claimed: Array | None) -> Iterator[Probe]:
    """Every element, where that many probes are affordable; else directions, then some elements.

    claimed: a gradient, whose largest elements are probed first among the single ones.
    """
    n, rng = tensor.size, np.random.default_rng(seed)
    if n <= affordable:
        yield from (Probe(k, k + 1) for k in range(n))
        return
    for k in range(min(WHOLE, max(2, affordable // 3))):
        yield Probe(0, n, int(rng.integers(2**32)), relative=k % 2 == 1)
    if affordable < WHOLE + BLOCKS + ELEMENTS:
        return
    part = max(2, n // PARTS)
    for start in rng.integers(0, n - part + 1, BLOCKS):
        yield Probe(int(start), int(start) + part, int(rng.integers(2**32)))
    half = ELEMENTS // 2
    some = {int(k) for k in rng.integers(0, n, half)}
    if claimed is not None:
        some |= {int(k) for k in np.argpartition(np.abs(claimed.reshape(-1)), -half)[-half:]}
    yield from (Probe(k, k + 1) for k in sorted(some))


def _power(sizes: Array | float) -> Array:
    """The power of 2 at or below each size."""
    return np.exp2(np.floor(np.log2(sizes)))


def _signs(n: int, seed: int) -> Array:
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), n)
