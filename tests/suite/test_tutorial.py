"""The tutorial's verdicts, each against a reason that owes nothing to the trial; faults planted."""

import html
import json
import subprocess
import sys

import numpy as np
import pytest

from backproof.suite.tutorial import descent as one_parameter
from backproof.suite.tutorial import formula, judgement, layer, network, put_on_trial
from backproof.suite.tutorial import loss as last_layer
from backproof.suite.tutorial.trial import KEYS
from backproof.verdict import Status

BROKEN = {"loss", "equation-2", "by-weights", "recursion", "by-input"}
"""A column times a column, or a matrix on the wrong side of one, has no product."""
WRONG = {"last-layer"}
"""d(y - y_hat)/dy_hat = -1, and d((y - y_hat)^2 / 2)/dy_hat = -(y - y_hat)."""


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_every_formula_gets_the_status_that_shapes_and_algebra_give_it(seed):
    """Printed: broken where the product does not exist, wrong by its sign; read: always correct."""
    formulas = put_on_trial(seed).formulas
    expected = {k: "broken" if k in BROKEN else "wrong" if k in WRONG else "correct" for k in KEYS}
    assert {f.key: str(f.printed.status) for f in formulas} == expected
    assert {f.key: str(f.read.status) for f in formulas} == dict.fromkeys(KEYS, "correct")


def test_formulas_come_in_the_order_of_the_text(trial):
    """The table follows the tutorial."""
    assert tuple(f.key for f in trial.formulas) == KEYS


def test_what_is_not_right_as_printed_says_how_to_read_it(trial):
    """A verdict against a formula comes with its reading, and every verdict with its evidence."""
    assert all(f.reading for f in trial.formulas if not f.printed.status)
    assert all(f.evidence for f in trial.formulas)


def test_texts_are_safe_in_html(trial):
    """Formulas, readings and evidence hold no character that HTML reads as markup."""
    for f in trial.formulas:
        for text in (f.formula, f.reading, f.evidence):
            assert html.escape(text, quote=False) == text


def test_the_document_is_json_and_the_same_for_the_same_seed(trial):
    """Two trials of one seed are one document; strict JSON brings it back unchanged."""
    document = trial.to_json()
    assert put_on_trial(0).to_json() == document
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert put_on_trial(1).to_json() != document


def test_no_framework_is_needed():
    """The whole trial runs without torch and jax."""
    code = (
        "import sys\n"
        "class Nowhere:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.partition('.')[0] in ('torch', 'jax'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Nowhere())\n"
        "from backproof.suite.tutorial import put_on_trial; put_on_trial()"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda x, dx: 2 * x * dx, Status.CORRECT),
        (lambda x, dx: -2 * x * dx, Status.WRONG),
        (lambda x, dx: (2 * x * dx)[:1], Status.BROKEN),
        (lambda x, dx: network.times(x, dx), Status.BROKEN),
    ],
)
def test_a_derivative_is_what_turns_a_small_change_into_another(change, status):
    """Of x^2 it is 2 x dx: not its negative, not a part of it, no matrix product of columns."""
    x = np.array([[0.5], [2.0], [-1.0]])
    assert judgement.of_derivative(lambda x: x * x, change, x, 0).status is status


@pytest.mark.parametrize(
    ("sign", "status"), [(1, Status.CORRECT), (-1, Status.WRONG), (0, Status.UNDECIDED)]
)
def test_an_update_must_go_against_the_derivative(sign, status):
    """Added instead of subtracted, the update climbs; a derivative of 0 leads nowhere."""

    def loss(at):
        return (at["t"] * at["t"] * at["t"]).sum()

    def gradient(at):
        return {"loss": loss(at), "t": sign * 3 * at["t"] * at["t"]}

    t = np.array([0.0 if sign == 0 else 1.5])
    assert judgement.of_descent(loss, gradient, {"t": t}, ["t"], 0).status is status


def test_unequal_arrays_are_told_apart():
    """One element off by 2^-52 is another array; another shape is not comparable."""
    ones = np.ones((2, 1))
    nearly = np.array([[1.0], [1 + 2.0**-52]])
    assert judgement.of_equality(ones, ones).status is Status.CORRECT
    assert judgement.of_equality(ones, nearly).status is Status.WRONG
    assert judgement.of_equality(ones, ones.T).status is Status.BROKEN


def test_the_worst_of_several_decides():
    """One wrong network among many makes the formula wrong."""
    good = formula.Judgement(Status.CORRECT, "a", 3.0)
    bad = formula.Judgement(Status.WRONG, "b", 1.0)
    decided = formula.worst([good, bad, good], "networks")
    assert (decided.status, decided.evidence) == (Status.WRONG, "b, wrong in 1 of 3 networks")


def test_the_printed_last_layer_is_the_negative_of_the_right_one(trial):
    """The evidence carries 3/4, -1 and -3/4, the values of the rule and of the two derivatives."""
    (found,) = (f for f in trial.formulas if f.key == "last-layer")
    assert "says 0.75, the derivative of y − ŷ is -1, of half its square -0.75" in found.evidence


@pytest.mark.parametrize(
    ("loss", "rule", "status"),
    [
        (last_layer.difference, lambda y, a: 0 * a - 1, Status.CORRECT),
        (last_layer.difference, lambda y, a: y - a, Status.WRONG),
        (last_layer.half_square, lambda y, a: a - y, Status.CORRECT),
        (last_layer.half_square, lambda y, a: y - a, Status.WRONG),
        (last_layer.half_square, lambda y, a: 0 * a - 1, Status.WRONG),
    ],
)
def test_each_loss_has_its_own_last_layer(loss, rule, status):
    """Of y - y_hat it is -1, of half its square y_hat - y, and never y - y_hat."""
    at = {"y": np.array([[1.0], [0.0]]), "a": np.array([[0.25], [0.625]])}
    assert last_layer.judge_last(loss, rule, at, 0).status is status


def test_a_bound_that_is_not_there_is_not_found(monkeypatch):
    """With the derivative doubled the loss rises below 2/c already, and the verdict says wrong."""
    monkeypatch.setattr(one_parameter, "slope", lambda A: 4 * (A - 1))
    found = {f.key: f for f in one_parameter.descent_trials(0)}
    assert found["descent"].read.status is Status.WRONG
    assert found["derivative"].printed.status is Status.WRONG


def test_an_output_that_moves_with_another_is_not_elementwise(monkeypatch):
    """A softmax in place of the sigmoid loses a = sigma(z) and the sigmoid's derivative."""
    monkeypatch.setattr(layer, "sigma", lambda z: np.exp(z) / np.exp(z).sum())
    lost = {f.key for f in layer.layer_trials(0) if not f.printed.status}
    assert {"activation", "sigmoid-slope"} <= lost
