"""What a page says first: the worst that was found, and no more than was judged."""

import re
from typing import Any

import pytest

from backproof import reports
from backproof.reports.headline import headline
from backproof.verdict import Status
from reports.pages import run, text


def test_a_wrong_gradient_stands_above_the_right_ones() -> None:
    """The one wrong case, judged last, is the first that the page shows, and it lies open."""
    document = run(*[Status.CORRECT] * 3, Status.WRONG)
    first, *rest = re.findall(r"<details[^>]*>", reports.render(document))
    assert document["verdicts"][-1]["id"] in first and "wrong" in first and " open" in first
    assert len(rest) == 3 and not any(" open" in right for right in rest)


def test_the_worst_comes_first() -> None:
    """Whatever the order of the run, cases are shown in the order of their severity."""
    page = reports.render(run(*reversed(Status)))
    assert re.findall(r'data-status="(\w+)"', page) == list(Status)


def test_every_status_is_counted() -> None:
    """Each status stands in the table of counts with its number, those of no case with 0."""
    numbers = {Status.WRONG: 3, Status.KINK: 2}
    page = reports.render(run(*(status for status, n in numbers.items() for _ in range(n))))
    table = page.split('<table class="counts">')[1].split("</table>")[0]
    for status in Status:
        assert re.search(rf">{status}</b></th><td>{numbers.get(status, 0)}</td>", table), status


@pytest.mark.parametrize("status", [Status.BROKEN, Status.WRONG, Status.IMPRECISE])
def test_a_fault_is_the_headline(status: Status) -> None:
    """One fault among right gradients is what the page says first, by its name."""
    said = headline(run(*[Status.CORRECT] * 9, status))
    assert said.claim == f"1 of 10 gradients is {status}" and said.tone == "faulty"


def test_undecided_is_never_right() -> None:
    """A gradient that nobody could judge takes the claim that all are right away, and lies open."""
    document = run(Status.CORRECT, Status.UNDECIDED)
    said, page = headline(document), reports.render(document)
    assert "1 of 2 gradients is undecided" in said.claim and said.tone == "open"
    assert "Not right (1)" in text(page) and "Right (1)" in text(page)


def test_all_right_is_said_only_of_a_run_that_judged_all() -> None:
    """Right gradients and nothing else: all is right, unless the run ended early."""
    statuses = [Status.CORRECT, Status.KINK]
    whole = headline(run(*statuses))
    assert whole.claim.startswith("All 2 gradients are right") and whole.tone == "right"
    assert "1 of them on a kink" in whole.claim
    reasons: list[dict[str, Any]] = [
        {"requested": 9},
        {"interrupted": "interrupted by the user"},
        {"lost": ["a case: not finished"]},
    ]
    for facts in reasons:
        cut = headline(run(*statuses, **facts))
        assert "All" not in str(cut) and cut.tone == "open" and cut.caveats, facts


def test_a_run_that_ended_early_says_so_in_the_same_breath() -> None:
    """The heading names the reason and both numbers; lost cases are listed."""
    document = run(
        Status.CORRECT, requested=7, interrupted="a worker died", lost=["the ninth case"]
    )
    page = reports.render(document)
    heading = text(page.split("<h1>")[1].split("</h1>")[0])
    assert "after 1 of 7 cases (a worker died)" in heading and "1 task begun" in heading
    assert "<li><code>the ninth case</code></li>" in page


def test_nothing_judged_is_not_right() -> None:
    """The page of a run without a verdict says that nothing was judged, never that all is right."""
    page = reports.render(run(requested=5))
    assert "Nothing was judged" in text(page) and "0 cases judged of 5" in text(page)
    assert not re.search(r"(gradients?|judged) (are|is) right|all right|All \d", text(page))
