"""Cases as data: drawn, numbered, written and read back, and refused where they do not fit."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from backproof.architectures import (
    REGIMES,
    Case,
    CaseError,
    CrossEntropy,
    Dense,
    Drawn,
    Given,
    HalfSquaredError,
    LeakyReLU,
    Network,
    case_from_json,
    case_to_json,
    values,
)
from backproof.architectures.strategies import cases

NETWORK = Network(2, (Dense(3), LeakyReLU(0.1)), CrossEntropy())


def document(**changes: Any) -> dict[str, Any]:
    """A good case's JSON, with changes."""
    case = Case(NETWORK, 2, "float64", Drawn("tame", 1))
    return {**json.loads(json.dumps(case_to_json(case))), **changes}


def given_document(**changes: Any) -> dict[str, Any]:
    """The JSON of a good case with given numbers, some of them changed."""
    tensors = {"dx": [[1.0, 2.0]], "0.W": [[0.5, -0.5]], "0.b": [0.25]}
    case = Case(
        Network(2, (Dense(1),), HalfSquaredError()),
        1,
        "float32",
        Given({name: np.array(t) for name, t in tensors.items()}, np.array([[1.0]])),
    )
    doc = json.loads(json.dumps(case_to_json(case)))
    doc["data"]["tensors"] |= changes
    return doc


@given(case=cases)
def test_a_case_comes_back_from_its_json_with_its_id(case: Case) -> None:
    """JSON text and back gives an equal case of the same id."""
    again = case_from_json(json.loads(json.dumps(case_to_json(case))))
    assert again == case
    assert again.id == case.id


@given(case=cases)
def test_the_numbers_of_a_case_are_its_own(case: Case) -> None:
    """The same numbers at every call, in the case's dtype and shapes, fresh copies each time."""
    (first, target), (second, _) = values(case), values(case)
    assert {n: t.shape for n, t in first.items()} == {
        "dx": (case.batch, case.network.inputs),
        **case.network.parameters,
    }
    assert target.shape == case.network.target_shape(case.batch)
    for name, tensor in first.items():
        assert tensor.dtype == case.dtype
        np.testing.assert_array_equal(tensor, second[name])
        tensor[...] = np.nan
        assert np.isfinite(second[name]).all()


@pytest.mark.parametrize("regime", REGIMES)
def test_a_regime_draws_what_its_name_says(regime: Any) -> None:
    """Each regime has the property that it is for."""
    tensors, _ = values(
        Case(Network(8, (Dense(8),), HalfSquaredError()), 8, "float64", Drawn(regime, 3))
    )
    W = np.abs(tensors["0.W"])
    holds = {
        "tame": lambda: W.max() < 2,
        "wide": lambda: W.max() / W.min() > 100,
        "tiny": lambda: W.max() < 1e-8,
        "saturated": lambda: np.median(np.abs(tensors["dx"] @ tensors["0.W"].T)) > 20,
        "sparse": lambda: (W == 0).mean() > 0.3,
        "tied": lambda: len(np.unique(tensors["0.W"])) <= 5,
        "zero": lambda: W.max() == 0,
    }
    assert holds[regime]()


def test_given_numbers_survive_json_to_the_last_bit() -> None:
    """A case with given tensors comes back with the same floats and the same id."""
    doc = given_document()
    doc["data"]["tensors"]["0.b"] = [0.1 + 0.2]
    case = case_from_json(doc)
    again = case_from_json(json.loads(json.dumps(case_to_json(case))))
    assert again.id == case.id
    assert values(again)[0]["0.b"][0] == np.float32(0.1 + 0.2)


@pytest.mark.parametrize(
    ("doc", "says"),
    [
        ([], "must be a JSON object"),
        (document(schema=2), "schema 2, and this backproof reads up to 1: upgrade"),
        (document(schema=None), 'must say "schema": 1'),
        (document(extra=1), "unknown 'extra'"),
        (document(batch=0), "batch must be a whole number from 1, not 0"),
        (document(dtype="float8"), "must be one of"),
        (
            document(layers=[{"layer": "Dnse", "width": 3}]),
            "unknown layer 'Dnse'; known are Dense,",
        ),
        (document(layers=[{"layer": "Dense"}]), r"layers\[0\] \(Dense\) misses 'width'"),
        (document(layers=[{"layer": "Dense", "width": 2.5}]), "width must be a whole number"),
        (
            document(layers=[{"layer": "LeakyReLU", "slope": float("nan")}]),
            "must be a finite number",
        ),
        (document(loss={"loss": "Huber", "reduction": "max", "delta": 1.0}), "must be one of"),
        (document(data={"regime": "calm", "seed": 1}), '"regime" must be one of'),
        (document(data={"regime": "tame", "seed": -1}), '"seed" must be a whole number from 0'),
        (given_document(**{"0.W": [[0.5]]}), r"0\.W: the network needs shape \(1, 2\)"),
        (given_document(**{"0.W": [[0.5], [1, 2]]}), r"0\.W: not a rectangular array"),
        (given_document(**{"0.b": [float("nan")]}), r"0\.b\[0\] is nan"),
        (given_document(**{"1.b": [0.0]}), r"unknown '1\.b'"),
    ],
)
def test_a_case_that_does_not_fit_is_refused_with_its_reason(doc: Any, says: str) -> None:
    """Each defect has a message that says where it is and what would do."""
    with pytest.raises(CaseError, match=says):
        case_from_json(doc)
