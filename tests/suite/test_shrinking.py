"""Shrinking: every fault comes down to the least network that shows it, the same one every time."""

from dataclasses import replace

import pytest

from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    HalfSquaredError,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
)
from backproof.faults import FAULTS, Fault, claim_with
from backproof.power.detections import names
from backproof.suite.check_case import check_case
from backproof.suite.draw import PATIENCE, cases_with
from backproof.suite.shrinking import minimal
from backproof.verdict import FAULTY

DEEP = Case(
    Network(7, (Dense(5), ReLU(), Tanh(), Dense(6), Sigmoid(), Dense(3)), HalfSquaredError("mean")),
    batch=5,
    dtype="float32",
    data=Drawn("wide", 977),
)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_shrinks_to_the_layer_at_fault(fault: Fault) -> None:
    """A layer's fault shrinks to that layer alone, a loss's to no layer, and is still named.

    What overflows needs one layer more: a product before it that is large enough.
    """

    def detects(case: Case) -> bool:
        claim = claim_with(fault, case.network)
        return check_case(case, claim, fault.witnesses, explain=False).status in FAULTY

    detected = (c for c in cases_with(fault.layer, "float64", 0, PATIENCE) if detects(c))
    case = next(detected)
    least = minimal(case, detects, seed=0)
    assert detects(least)
    assert names(check_case(least, claim_with(fault, least.network), fault.witnesses), fault)
    assert least.batch <= case.batch
    large = [Dense] * (fault.cause == "unstable at extreme inputs")
    at_fault = [fault.layer] * (not fault.in_loss)
    assert [type(layer) for layer in least.network.layers] in (at_fault, large + at_fault)


def test_the_least_case_is_the_simplest_one() -> None:
    """Where anything detects, one sample, one feature and no layer are left, in tame float64."""
    least = minimal(DEEP, lambda case: True, seed=0)
    assert least == Case(Network(1, (), HalfSquaredError("mean")), 1, "float64", Drawn("tame", 0))


def test_shrinking_keeps_what_detects() -> None:
    """Layers stay in their order, and only those stay that the detection needs."""

    def detects(case: Case) -> bool:
        kinds = [type(layer) for layer in case.network.layers]
        return ReLU in kinds and Sigmoid in kinds[kinds.index(ReLU) :] and case.batch >= 3

    least = minimal(DEEP, detects, seed=5)
    assert least.network.layers == (ReLU(), Sigmoid())
    assert (least.batch, least.network.inputs) == (3, 1)


def test_shrinking_is_deterministic() -> None:
    """The same case, judge and seed give the same minimal case."""

    def detects(case: Case) -> bool:
        return case.network.outputs * case.batch >= 6

    assert minimal(DEEP, detects, seed=1) == minimal(DEEP, detects, seed=1)


def test_a_case_that_nothing_simpler_shows_comes_back() -> None:
    """Where only the case itself detects, it is the minimal one; and where nothing does."""
    assert minimal(DEEP, lambda case: case == DEEP, seed=0) == DEEP
    assert minimal(DEEP, lambda case: False, seed=0) == DEEP


def test_the_dtype_stays_where_it_matters() -> None:
    """A detection that needs float32 keeps it."""
    least = minimal(DEEP, lambda case: case.dtype == "float32", seed=0)
    assert least == replace(least, dtype="float32")
