"""The losses: frozen data; each names its law, its reduction and the targets it takes.

z: (n, c) are the network's outputs. `sum` adds the terms up, `mean` divides by their number:
n c terms for the element-wise losses, n for cross-entropy, whose term is one sample.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Reduction = Literal["sum", "mean"]
Targets = Literal["real", "probability", "index", "distribution"]


@dataclass(frozen=True, slots=True)
class Regression:
    """A loss whose terms compare the outputs with real targets t: (n, c), element by element."""

    targets: ClassVar[Targets] = "real"
    reduction: Reduction = "mean"


@dataclass(frozen=True, slots=True)
class HalfSquaredError(Regression):
    """term = (z_nc - t_nc)^2 / 2."""


@dataclass(frozen=True, slots=True)
class SquaredError(Regression):
    """term = (z_nc - t_nc)^2; with `mean`, the mean squared error."""


@dataclass(frozen=True, slots=True)
class AbsoluteError(Regression):
    """term = |z_nc - t_nc|; at 0 the derivative is taken to be 0."""


@dataclass(frozen=True, slots=True)
class Huber(Regression):
    """term = r^2/2 where |r| <= delta, else delta (|r| - delta/2), r = z_nc - t_nc (Huber 1964)."""

    delta: float = 1.0


@dataclass(frozen=True, slots=True)
class BinaryCrossEntropy:
    """term = -t log s - (1 - t) log(1 - s), s = sigmoid(z_nc), targets t in [0, 1]: (n, c)."""

    targets: ClassVar[Targets] = "probability"
    reduction: Reduction = "mean"


@dataclass(frozen=True, slots=True)
class CrossEntropy:
    """term = -sum_c t_nc log softmax(z_n)_c; `index` labels name the c whose t is 1."""

    reduction: Reduction = "mean"
    labels: Literal["index", "soft"] = "index"

    @property
    def targets(self) -> Targets:
        """Class indices (n,), or distributions over the classes (n, c)."""
        return "index" if self.labels == "index" else "distribution"


Loss = HalfSquaredError | SquaredError | AbsoluteError | Huber | BinaryCrossEntropy | CrossEntropy
