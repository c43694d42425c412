"""Values that are kept of the truth are those of the run's own decisions, of no convention's."""

from backproof.architectures import case_from_json
from backproof.suite.check_case import check_case
from backproof.verdict import Status

LAYERS = "Dense 6, Sigmoid, Dense 4, ReLU, Dense 6, Sigmoid, Dense 5, Dense 4, GELU"


def test_a_tie_beside_a_rounded_constant_is_a_convention() -> None:
    """A difference that is 0 by rounding alone, after a layer whose constants are rounded too."""
    split = [name.split() for name in LAYERS.split(", ")]
    case = case_from_json({
        "schema": 1,
        "inputs": 4,
        "layers": [{"layer": n[0]} | ({"width": int(n[1])} if n[1:] else {}) for n in split],
        "loss": {"loss": "AbsoluteError", "reduction": "sum"},
        "batch": 5,
        "dtype": "float32",
        "data": {"regime": "sparse", "seed": 31},
    })  # fmt: skip
    assert check_case(case, witnesses=("exact",)).status is Status.KINK
