"""The tutorial's verdicts, each against a reason that owes nothing to the trial; faults planted."""

import html
import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from backproof.suite.tutorial import TutorialTrial, chain, judgement, layer, network, put_on_trial
from backproof.suite.tutorial import descent as one_parameter
from backproof.suite.tutorial import loss as last_layer
from backproof.suite.tutorial.trial import KEYS
from backproof.verdict import Status

BROKEN = {"loss", "equation-2", "by-weights", "recursion", "by-input"}
"""A column times a column, or a matrix on the wrong side of one, has no product."""
WRONG = {"last-layer"}
"""d(y - y_hat)/dy_hat = -1, and d((y - y_hat)^2 / 2)/dy_hat = -(y - y_hat)."""


@pytest.fixture(scope="module")
def trial() -> TutorialTrial:
    """The trial of seed 0."""
    return put_on_trial()


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


def finite_difference(tensors, name):
    """Central differences in float64 of a forward pass written out anew, one loop for each sum."""

    def loss(W_or_b):
        at, a, j = {**tensors, name: W_or_b}, tensors["x"][:, 0] if name != "x" else W_or_b[:, 0], 1
        while f"{j}.W" in at:
            z = [
                sum(at[f"{j}.W"][o, i] * a[i] for i in range(len(a))) + at[f"{j}.b"][o, 0]
                for o in range(len(at[f"{j}.W"]))
            ]
            a, j = [(1 + np.tanh(z_o / 2)) / 2 for z_o in z], j + 1
        return sum((t - p) ** 2 for t, p in zip(at["y"][:, 0], a, strict=True)) / 2

    slopes, h = np.zeros(tensors[name].shape), 1e-5
    for index in np.ndindex(slopes.shape):
        ahead, behind = tensors[name].copy(), tensors[name].copy()
        ahead[index] += h
        behind[index] -= h
        slopes[index] = (loss(ahead) - loss(behind)) / (2 * h)
    return slopes


def test_the_reading_is_the_gradient_by_finite_differences_too():
    """The gradient as read agrees with slopes of a forward pass written with loops and tanh."""
    tensors = network.draw([3, 4, 2, 3], seed=5)
    g = network.gradient(tensors)
    for name in ("x", "1.W", "1.b", "2.W", "2.b", "3.W", "3.b"):
        np.testing.assert_allclose(g[name], finite_difference(tensors, name), atol=1e-9)


def test_a_batch_of_columns_adds_up_its_samples():
    """The parameters' gradient of several columns is the sum of the columns' gradients."""
    tensors = network.draw([3, 4, 2], seed=1)
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((3, 5)), rng.random((2, 5))
    whole = network.gradient({**tensors, "x": x, "y": y})
    parts = [network.gradient({**tensors, "x": x[:, [m]], "y": y[:, [m]]}) for m in range(5)]
    for name in ("loss", "1.W", "1.b", "2.W", "2.b"):
        np.testing.assert_allclose(whole[name], sum(p[name] for p in parts), rtol=1e-12)


READ = network.READ
FAULTS = {
    "W not transposed": replace(READ, da=lambda dz, W: network.times(W, dz)),
    "a not transposed": replace(READ, dW=lambda dz, a: network.times(dz, a)),
    "dW transposed": replace(READ, dW=lambda dz, a: network.times(a, dz.T)),
    "slope forgotten": replace(READ, dz=lambda da, slope: da),
    "slope twice": replace(READ, dz=lambda da, slope: da * slope * slope),
    "sign of the last layer": replace(READ, last=lambda y, y_hat: y - y_hat),
    "last layer without its half": replace(READ, last=lambda y, y_hat: 2 * (y_hat - y)),
    "off by a part in a billion": replace(READ, da=lambda dz, W: W.T @ dz * (1 + 1e-9)),
}
FITS_NOWHERE = {"a not transposed"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_reading_is_detected(fault):
    """Where all layers have 4 neurons nearly every fault fits in shape, and is found out."""
    judged = chain.judge_reading(FAULTS[fault], network.draw([4, 4, 4, 4], seed=3), seed=0)
    assert judged.status is (Status.BROKEN if fault in FITS_NOWHERE else Status.WRONG)
    assert judged.status is Status.BROKEN or judged.order == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("fault", ["W not transposed", "a not transposed", "dW transposed"])
def test_a_forgotten_transpose_does_not_fit_layers_of_unequal_size(fault):
    """With layers of 3, 4 and 2 neurons the shapes alone detect."""
    judged = chain.judge_reading(FAULTS[fault], network.draw([3, 4, 2], seed=3), seed=0)
    assert judged.status is Status.BROKEN
    assert "(" in judged.evidence


def test_layers_of_one_neuron_obey_the_chain_as_printed():
    """Where everything is a number, order and transposes do not matter."""
    judged = chain.judge_reading(chain.LITERAL, network.draw([1] * 5, seed=3), seed=0)
    assert judged.status is Status.CORRECT


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
    good = judgement.Judgement(Status.CORRECT, "a", 3.0)
    bad = judgement.Judgement(Status.WRONG, "b", 1.0)
    decided = judgement.worst([good, bad, good], "networks")
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


@pytest.mark.parametrize("seed", range(4))
def test_training_climbs_with_the_printed_sign_and_falls_with_the_right_one(seed):
    """From one start, all the way up towards the worst, all the way down towards 0."""
    run = last_layer.training(seed)
    printed, signed = np.array(run.printed), np.array(run.signed)
    assert printed[0] == signed[0] and len(printed) == len(signed) == last_layer.EPOCHS + 1
    assert (np.diff(printed) > 0).all() and printed[-1] > 1.15 * printed[0]
    assert (np.diff(signed) < 0).all() and signed[-1] < signed[0] / 5
    assert "rises" in str(run).split(";")[0] and "falls" in str(run).split(";")[1]


def test_the_sentence_on_training_follows_the_curves():
    """Swapped curves are told as they are."""
    text = str(last_layer.Training(printed=(2.0, 1.0), signed=(1.0, 2.0)))
    assert "falls from 2.000 to 1.000" in text and "rises from 1.000 to 2.000" in text


def test_the_steps_are_too_small_good_and_too_large(trial):
    """Far from the minimum after 12 updates, at it, and further away at every update."""
    runs = {run["label"]: run for run in trial.to_json()["steps"]["runs"]}
    assert list(runs) == ["too small", "good", "too large"]
    L = {label: [point[1] for point in run["points"]] for label, run in runs.items()}
    assert L["good"][-1] < 1e-12 < 0.01 < L["too small"][-1] < L["too small"][0]
    assert all(b > a for a, b in pairwise(L["too large"]))
    assert L["too large"][-1] > 10 * L["too large"][0]
    sides = [np.sign(A - 1) for A, _ in runs["too large"]["points"]]
    assert all(a == -b for a, b in pairwise(sides))


def test_the_points_lie_on_the_loss_and_on_the_law_of_its_curvature(trial):
    """A_k = 1 + (1 - delta c)^k (A_0 - 1) and L = (A - 1)^2, exactly."""
    steps = trial.to_json()["steps"]
    assert (steps["curvature"], steps["best"], steps["bound"]) == (2.0, 0.5, 1.0)
    assert "2/c = 1," in steps["note"] and "1/c = 1/2." in steps["note"]
    for run in steps["runs"]:
        factor = 1 - Fraction(run["step"]) * 2
        for k, (A, L) in enumerate(run["points"]):
            exact = 1 + factor**k * (one_parameter.START - 1)
            assert Fraction(A) == exact and Fraction(L) == pytest.approx(
                (exact - 1) ** 2, rel=1e-15
            )


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
