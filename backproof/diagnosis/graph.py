"""What a forward pass computes, number by number, and its gradient with other slopes in it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve_triangular

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Step:
    """An operation at one place of somebody's code, or an input, whose name then is the text.

    file, line, text: where it stands and how it is written; site: what tells it from another
    operation on that line, where it is known a place with its columns.
    """

    op: str
    text: str
    file: str = ""
    line: int = 0
    site: Hashable = None

    def __str__(self) -> str:
        """As a sentence names it; of what is known by its line alone the operation too."""
        if not self.file:
            return self.text
        whole = getattr(self.site, "start", self.line) is None
        what = f"{NAMES.get(self.op, self.op)} in " if whole else ""
        return f"{what}`{self.text}` ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The edges between two steps that enter the later one at the same place."""

    step: Step
    slot: int
    source: Step
    edges: Mask

    def __str__(self) -> str:
        """The edges in words."""
        named = self.step.op in BINARY and self.slot < len(PLACES)
        return f"the {PLACES[self.slot]} operand of {self.step}" if named else str(self.step)


PLACES = ("first", "second")
NAMES = {
    "add": "the sum",
    "sub": "the difference",
    "mul": "the product",
    "truediv": "the quotient",
    "contract": "the product",
}
EXTREMES = ("maximum", "minimum", "fmax", "fmin")
BINARY = {"add", "sub", "mul", "truediv", "pow", "maximum", "minimum", "contract", "choose"}


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Numbers 0, 1, ... in the order in which they were computed, and the slopes between them.

    inputs: the numbers of each tensor, in its shape. weights: the inputs that are cotangents of
    outputs. loss: the number that is differentiated. steps, kind: by what each number was computed.
    constant: what it was computed from besides, NaN where nothing. An edge leads from the number
    `parent` to the number `child`, whose operand it is at `slot`; again: the slope with the result
    in the operand's place, NaN where it has none.
    """

    inputs: Mapping[str, Ints]
    loss: int
    steps: tuple[Step, ...]
    kind: Ints
    constant: Floats
    child: Ints
    parent: Ints
    slot: Ints
    slope: Floats
    again: Floats
    weights: tuple[str, ...] = ()

    def adjoints(self, slope: Floats, seed: Floats | None = None) -> Floats:
        """The derivative of the loss by every number, with these slopes.

        seed: of what else is differentiated, by number, in one column or in many.
        """
        n = len(self.kind)
        seed = np.eye(1, n, self.loss)[0] if seed is None else seed
        return spsolve_triangular(self._system(slope), seed, lower=False)

    def tangents(self, start: Floats) -> Floats:
        """What moving numbers by `start`, in many columns, makes of all numbers."""
        system = self._system(self.slope).T.tocsr()
        return spsolve_triangular(system, start, lower=True)

    def gradients(self, slope: Floats) -> dict[str, Floats]:
        """The gradient of every tensor, with these slopes."""
        return self.by_name(self.adjoints(slope))

    def by_name(self, adjoints: Floats) -> dict[str, Floats]:
        """The part of the adjoints that is the inputs', each in its shape."""
        return {name: adjoints[numbers] for name, numbers in self.inputs.items()}

    def with_cotangent(self, name: str, dy: Floats) -> Floats:
        """The slopes where the input `name`, the weights of an output, has other values."""
        weights = self.inputs[name].ravel()
        slope, is_weight = self.slope.copy(), np.isin(self.parent, weights)
        value = np.full(len(self.kind), np.nan)
        value[self.child[is_weight]] = dy.ravel()[np.searchsorted(weights, self.parent[is_weight])]
        weighed = ~is_weight & ~np.isnan(value[self.child])
        slope[weighed] = value[self.child[weighed]]
        return slope

    def groups(self) -> list[Group]:
        """All edges but those inside of one step, group by group, in their order.

        A step that has edges inside of it, such as a sum, has its operands at one place.
        """
        kinds, later = len(self.steps), self.kind[self.child]
        between = later != self.kind[self.parent]
        place = np.minimum(self.slot, MANY - 1)
        place[np.isin(later, later[~between])] = MANY - 1
        key = (later * kinds + self.kind[self.parent]) * MANY + place
        found = []
        for k in np.unique(key[between]):
            step, source = (self.steps[i] for i in divmod(int(k) // MANY, kinds))
            found.append(Group(step, int(k) % MANY, source, (key == k) & between))
        return sorted(found, key=lambda group: int(self.child[group.edges].max()))

    @property
    def tied(self) -> Mask:
        """The edges from equal numbers to the larger of them: each has half the slope."""
        extremes = [k for k, step in enumerate(self.steps) if step.op in EXTREMES]
        return np.isin(self.kind[self.child], extremes) & (self.slope == 0.5)

    def _system(self, slope: Floats) -> csr_matrix:
        n = len(self.kind)
        every = np.arange(n)
        entries = np.concatenate([np.where(np.isfinite(slope), -slope, 0.0), np.ones(n)])
        places = np.concatenate([self.parent, every]), np.concatenate([self.child, every])
        return csr_matrix((entries, places), shape=(n, n))


MANY = 4
"""So many places of operands are told apart; a determinant has more, which count as one."""
