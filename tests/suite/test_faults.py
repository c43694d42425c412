"""The checker on trial: planted faults are detected by name, right code is not."""

from dataclasses import replace

import pytest

from backproof import manual
from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    HalfSquaredError,
    Network,
    Sigmoid,
    SquaredError,
)
from backproof.faults import CAUSES, FAULTS, Fault, claim_with
from backproof.faults.claims import Claim
from backproof.power.detections import measure_power, names, power_table
from backproof.power.right_code import measure_costs, measure_false_alarms
from backproof.suite.check_case import check_case
from backproof.suite.draw import cases_with
from backproof.verdict import Status

SMALL = Case(
    Network(3, (Dense(2), Sigmoid()), SquaredError("mean")), 4, "float64", Drawn("tame", 1)
)
every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@every_fault
def test_a_fault_is_detected_by_name_in_both_dtypes(fault: Fault) -> None:
    """A fault is detected in float64 and float32, and the verdict names its layer and tensor."""
    for detection in measure_power([fault], peers=False):
        assert detection.detected, detection
        assert detection.named, detection


@every_fault
def test_the_right_rule_is_passed_where_its_fault_is_detected(fault: Fault) -> None:
    """The cases that lead up to a detection pass the right rule: the fault alone is at fault."""
    (detection,) = measure_power([fault], ["float64"], peers=False)
    tried = cases_with(fault.layer, "float64", seed=0)[: detection.cases]
    for case in tried[-3:]:
        verdict = check_case(case, witnesses=fault.witnesses)
        assert verdict, verdict


def test_the_faults_cover_every_cause() -> None:
    """Every cause has a fault, every rule of the tables has one, and names are unique."""
    assert {fault.cause for fault in FAULTS.values()} == set(CAUSES)
    rules = {*manual.LAYER_RULES, *manual.LOSS_RULES}
    assert {fault.layer for fault in FAULTS.values()} == rules
    assert len({str(fault) for fault in FAULTS.values()}) == len(FAULTS) >= 45


def test_a_fault_stays_in_its_own_claim() -> None:
    """Planting replaces one rule of a copy: manual's tables and other claims stay as they are."""
    for fault in FAULTS.values():
        claim = claim_with(fault, SMALL.network)
        changed = [k for k, rule in claim.rules.items() if rule is not manual.LAYER_RULES[k]]
        changed += [k for k, rule in claim.loss_rules.items() if rule is not manual.LOSS_RULES[k]]
        assert changed == [fault.layer]
    assert check_case(SMALL, witnesses=("exact",)).status is Status.CORRECT


def test_a_fault_elsewhere_accuses_nobody() -> None:
    """A fault in a rule that a network does not use leaves its verdict as it was."""
    fault = FAULTS["dense-db-twice"]
    network = Network(2, (Sigmoid(),), HalfSquaredError("sum"))
    assert check_case(replace(SMALL, network=network), claim_with(fault, network), ("exact",))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_layer_is_named_by_its_place(place: int) -> None:
    """A broken rule among right ones is found by running every layer alone in floats."""
    layers = [Sigmoid(), Sigmoid(), Sigmoid()]
    network = Network(2, (*layers[:place], Dense(2), *layers[place:]), HalfSquaredError("sum"))
    case = Case(network, 3, "float64", Drawn("tame", 0))
    for key in ("dense-dx-none", "dense-db-none", "dense-dw-added-to-the-last-call-s"):
        fault = FAULTS[key]
        verdict = check_case(case, claim_with(fault, network), ("exact",))
        assert verdict.status is Status.BROKEN
        assert verdict.culprits[0].startswith(f"layer {place} (Dense): {fault.tensor}")
        assert verdict.culprits[0] in verdict.diagnosis


def test_gradcheck_is_asked_about_the_same_cases() -> None:
    """gradcheck rejects a gross fault and passes one of a part in 10^9, which is detected."""
    gross, subtle = measure_power([FAULTS["dense-dw-for-dw"], FAULTS["dense-dw-off-by-1e-9"]],
                                  ["float64"])  # fmt: skip
    assert gross.detected and gross.slow and gross.fast
    assert subtle.detected and subtle.slow is False and subtle.fast is False
    assert "gradcheck slow: 1 of 2 faults" in power_table([gross, subtle])


def test_a_missed_fault_is_reported_as_missed() -> None:
    """A rule that is right, planted as a fault, is detected in no case and counted as missed."""
    null = Fault("nothing", "sign", Dense, "W", lambda right: right)
    (missed,) = measure_power([null], ["float64"], peers=False)
    assert not missed.detected
    assert not missed.named
    assert "backproof: 0 of 1 faults" in power_table([missed])


def test_right_code_raises_no_alarm() -> None:
    """Random right cases, judged by exact arithmetic and torch, are all truthy, and counted."""
    measured = measure_false_alarms(40, seed=3)
    assert sum(measured.counts.values()) == measured.cases == 40
    assert measured.alarms == []
    assert 0 < measured.largest_error_ratio < 16


def test_costs_are_ratios_of_sums() -> None:
    """The costs count every case and tell gradcheck's false alarms on right code."""
    costs = measure_costs([SMALL, replace(SMALL, dtype="float32")])
    assert costs.cases == 2 and min(costs.exact, costs.slow, costs.fast) > 0
    assert costs.slow_alarms == costs.fast_alarms == 0
    assert costs.ratios["exact/slow"] == costs.exact / costs.slow


def test_naming_takes_the_layer_and_its_tensor() -> None:
    """A verdict that blames the right layer for another tensor does not name the fault."""
    fault = FAULTS["dense-db-twice"]
    verdict = check_case(SMALL, claim_with(fault, SMALL.network), ("exact",))
    assert names(verdict, fault)
    assert not names(verdict, FAULTS["dense-dw-for-dw"])
    assert not names(check_case(SMALL, Claim(SMALL.network), ("exact",)), fault)
