"""What a network is: layers, losses and cases as frozen data, and how random ones are drawn.

Nothing here computes a gradient. `architectures.strategies` (Hypothesis) is imported by name.
"""

from backproof.architectures.cases import REGIMES, Array, Case, Drawn, DType, Given, Regime, Tensors
from backproof.architectures.layers import (
    ELU,
    GELU,
    SELU,
    Dense,
    Identity,
    Layer,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    TanhGELU,
)
from backproof.architectures.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    HalfSquaredError,
    Huber,
    Loss,
    SquaredError,
)
from backproof.architectures.networks import INPUT, Network, loss_name
from backproof.architectures.schema import CaseError, case_from_json, case_to_json
from backproof.architectures.values import values

__all__ = [
    "ELU",
    "GELU",
    "INPUT",
    "REGIMES",
    "SELU",
    "AbsoluteError",
    "Array",
    "BinaryCrossEntropy",
    "Case",
    "CaseError",
    "CrossEntropy",
    "DType",
    "Dense",
    "Drawn",
    "Given",
    "HalfSquaredError",
    "Huber",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Loss",
    "Network",
    "ReLU",
    "Regime",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "SquaredError",
    "Tanh",
    "TanhGELU",
    "Tensors",
    "case_from_json",
    "case_to_json",
    "loss_name",
    "values",
]
