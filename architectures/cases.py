"""A case: a network, a batch size, a dtype and where its numbers come from. Plain data."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy.typing as npt

from backproof.architectures.networks import Network

DType = Literal["float32", "float64"]
Regime = Literal["tame", "wide", "tiny", "saturated", "sparse", "tied", "zero"]
REGIMES: tuple[Regime, ...] = get_args(Regime)

Array = npt.NDArray[Any]
Tensors = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Numbers of a regime (see `architectures.values`), drawn by NumPy's default_rng(seed)."""

    regime: Regime
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Numbers that are given: the tensors by the names of their gradients, and the targets.

    tensors: {"dx": (n, i), "0.W": (o, i), "0.b": (o,), ...}; target: as the loss takes it.
    """

    tensors: Tensors
    target: Array
    label: str = "given"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to judge: everything that decides the gradient, and nothing else."""

    network: Network
    batch: int
    dtype: DType
    data: Drawn | Given

    @property
    def id(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of the case's canonical JSON."""
        from backproof.architectures.schema import case_to_json

        text = json.dumps(case_to_json(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def regime(self) -> str:
        """The regime the numbers were drawn in, or the label of given numbers."""
        return self.data.regime if isinstance(self.data, Drawn) else self.data.label

    def __str__(self) -> str:
        """The case in a line."""
        return f"{self.network} · batch {self.batch} · {self.dtype} · {self.regime}"
