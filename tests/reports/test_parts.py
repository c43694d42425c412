"""The parts of a page besides its cases: the digits, the tutorial, plots."""

import pytest

from backproof import reports
from backproof.reports.axes import fit
from backproof.reports.headline import headline
from backproof.verdict import Status
from reports.pages import DIGITS, TUTORIAL, run, text


def test_what_was_not_run_is_said() -> None:
    """Without digits and tutorial the page says that they were not run."""
    page = text(reports.render(run(Status.CORRECT)))
    assert "The digits were not run." in page and "The tutorial was not run." in page


def test_digits_and_tutorial_are_shown() -> None:
    """Accuracy, trajectories, formulas and descents are shown, though most facts are missing."""
    page = reports.render(run(Status.CORRECT, digits=DIGITS, tutorial=TUTORIAL))
    assert "98.33 %" in page and page.count("<svg") == 4 and page.count("<noscript>") == 1
    assert "step 0.1, steady" in text(page) and page.count("<circle") == 3
    assert "L = y wrong correct" in text(page)
    assert "nan" not in page.split('id="digits"')[1]
    assert reports.render(run(Status.CORRECT, digits={}, tutorial={}))


def test_a_wrong_gradient_on_the_digits_is_in_the_heading() -> None:
    """Random gradients that are right do not hide one on the digits that is wrong."""
    judged = run(Status.WRONG)["verdicts"]
    said = headline(run(Status.CORRECT, digits={"verdicts": judged}))
    assert "on the digits, the gradient is wrong" in str(said) and said.tone == "faulty"


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_keeps_the_order_and_the_zero(log: bool) -> None:
    """Larger numbers stand further on; on a logarithmic axis 0 has its own place before them."""
    values = [0.0, 1e-3, 0.5, 7.0, 1e4]
    axis = fit(values, 10, 90, log)
    places = [axis(value) for value in values]
    assert places == sorted(places) and places[0] == 10 and places[-1] == 90
    assert (places[1] > 12) is log and 2 <= len(axis.ticks()) <= 8


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_bears_the_largest_and_the_smallest_numbers(log: bool) -> None:
    """The largest and smallest floats, infinities and nan leave an axis its places and ticks."""
    values = [5e-324, 1.0, 1.7e308, float("inf"), float("nan")]
    axis = fit(values, 10, 90, log)
    assert axis.ticks() and [axis(value) for value in values[:4]] == sorted(map(axis, values[:4]))
