"""Random cases for Hypothesis: it chooses the structure, a seed chooses the numbers.

A network is a list of op codes read by a total interpreter, so every list is a network and
shrinking a list shrinks the network: fewer layers, then narrower, then simpler ones.
"""

from hypothesis import strategies as st

from backproof.architectures.cases import REGIMES, Case, Drawn
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
from backproof.architectures.networks import Network

ACTIVATIONS: tuple[Layer, ...] = (
    Identity(),
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(0.01),
    LeakyReLU(0.3),
    ELU(1.0),
    ELU(0.6),
    SELU(),
    GELU(),
    TanhGELU(),
    SiLU(),
    Softplus(),
)
LOSSES: tuple[Loss, ...] = tuple(
    loss
    for reduction in ("sum", "mean")
    for loss in (
        HalfSquaredError(reduction),
        SquaredError(reduction),
        AbsoluteError(reduction),
        Huber(reduction, 1.0),
        Huber(reduction, 0.25),
        BinaryCrossEntropy(reduction),
        CrossEntropy(reduction, "index"),
        CrossEntropy(reduction, "soft"),
    )
)
MAX_WIDTH, MAX_BATCH, MAX_BLOCKS = 8, 6, 5

sizes = st.integers(1, MAX_WIDTH)
op_codes = st.tuples(st.integers(0, MAX_WIDTH), st.integers(0, len(ACTIVATIONS)))


def layers(codes: list[tuple[int, int]]) -> tuple[Layer, ...]:
    """Read op codes: (width, activation) adds Dense(width) and an activation; 0 adds nothing."""
    read: list[Layer] = []
    for width, activation in codes:
        read += [Dense(width)] if width else []
        read += [ACTIVATIONS[activation - 1]] if activation else []
    return tuple(read)


networks = st.builds(
    Network,
    inputs=sizes,
    layers=st.lists(op_codes, max_size=MAX_BLOCKS).map(layers),
    loss=st.sampled_from(LOSSES),
)
cases = st.builds(
    Case,
    network=networks,
    batch=st.integers(1, MAX_BATCH),
    dtype=st.sampled_from(["float64", "float32"]),
    data=st.builds(Drawn, regime=st.sampled_from(REGIMES), seed=st.integers(0, 2**16 - 1)),
)
