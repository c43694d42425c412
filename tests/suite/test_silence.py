"""Witnesses that are absent, silent, broken or alone: none of it counts as agreement."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from backproof import manual
from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    HalfSquaredError,
    Network,
    Sigmoid,
)
from backproof.faults.claims import Claim
from backproof.reference import answer, jax_grad, torch_autograd
from backproof.suite.check_case import check_case
from backproof.verdict import Status
from backproof.verdict.witnesses import EXACT, TORCH
from suite.small_claims import CASE


@pytest.mark.parametrize("package", ["torch", "jax"])
def test_a_witness_that_is_not_installed_is_absent_and_never_agrees(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """It has a reason and a way to install it, no finding, and the others still judge."""
    monkeypatch.setitem(sys.modules, package, None)
    verdict = check_case(CASE)
    (name,) = verdict.silent
    assert verdict.silent[name].startswith("absent")
    assert "pip install" in verdict.silent[name]
    assert name in str(verdict)
    assert name not in {f.witness for f in verdict.findings}
    assert verdict.status is Status.CORRECT


def test_a_witness_that_says_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without tensors is silence with a name, not agreement."""
    monkeypatch.setattr(torch_autograd, "answer_to", lambda case: answer.Answer(TORCH))
    verdict = check_case(CASE, witnesses=(EXACT, TORCH))
    assert "said nothing of" in verdict.silent[TORCH]


def test_a_witness_that_breaks_down_does_not_take_the_judge_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is silent, with its error; a lie it tells alone is outvoted."""

    def fails(case: Case) -> answer.Answer:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(torch_autograd, "answer_to", fails)
    assert "out of memory" in check_case(CASE).silent[TORCH]


def test_a_framework_that_alone_is_imprecise_is_outvoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX agrees on the loss and is off in a gradient that exact arithmetic confirms."""
    honest = jax_grad.answer_to

    def off(case: Case) -> answer.Answer:
        said = honest(case)
        return replace(said, tensors={**said.tensors, "0.b": said.tensors["0.b"] * 1.001})

    monkeypatch.setattr(jax_grad, "answer_to", off)
    verdict = check_case(CASE)
    assert verdict.status is Status.CORRECT
    assert any("outvoted: jax is imprecise" in f.note for f in verdict.findings)


def test_code_that_cannot_be_followed_is_judged_by_its_own_values_and_says_why() -> None:
    """A number read from text silences exact arithmetic with its file and line."""

    def forced(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Sigmoid](layer, p, x)
        return float(str(y[0, 0])) * y / y[0, 0], lambda dy: (dy, pullback(dy)[1])

    network = Network(2, (Dense(2), Sigmoid()), HalfSquaredError())
    case = Case(network, 1, "float64", Drawn("tame", 0))
    verdict = check_case(
        case, Claim(network, {**manual.LAYER_RULES, Sigmoid: forced}), (EXACT, TORCH)
    )
    assert "test_silence.py" in verdict.silent[EXACT]
    assert verdict.status is Status.WRONG
