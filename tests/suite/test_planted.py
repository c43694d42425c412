"""Planted faults of networks are known again by their gradients."""

from backproof.architectures import Case, CrossEntropy, Dense, Drawn, Network, Sigmoid
from backproof.faults import FAULTS, claim_with
from backproof.faults.claims import Claim, tensors_of
from backproof.suite.planted import match_planted


def test_a_planted_fault_is_matched_by_doing_the_same() -> None:
    """A network's gradient is matched with the fault that made it, and right ones with none."""
    case = Case(
        Network(3, (Dense(4), Sigmoid(), Dense(2)), CrossEntropy("mean")),
        5, "float64", Drawn("tame", 1),
    )  # fmt: skip
    for key in ("sigmoid-s-s-for-s-1-s", "dense-dw-of-the-first-sample", "dense-db-none",
                "dense-an-element-of-db-off-by-1e-9"):  # fmt: skip
        results = claim_with(FAULTS[key], case.network).gradient(tensors_of(case))
        assert match_planted(case, results) == key
    right = Claim(case.network).gradient(tensors_of(case))
    assert match_planted(case, right) is None
    assert match_planted(case, {**right, "0.b": right["0.b"] + [1.0, -2.0, 0.5, 3.0]}) is None
