"""The page shows all that a run found, the worst first, and promises nothing beyond it."""

import re
from html import escape
from typing import Any

from backproof import reports
from backproof.reports.headline import headline
from backproof.verdict import Finding, Status
from backproof.verdict.decisions import LIMIT
from reports.pages import DIGITS, TUTORIAL, Outline, run, text, verdict

PLANTED = "<script>alert('planted')</script>"


def test_the_limit_is_the_courts() -> None:
    """The number that the page draws its line at is the one that the court judged by."""
    assert f"beyond {LIMIT:g} it is not rounding" in text(reports.render(run(Status.CORRECT)))


def test_an_absent_witness_is_named() -> None:
    """A witness that could not be heard is in the heading, in its column, with what to install."""
    why = "absent: No module named 'jax' (pip install 'backproof[jax]')"
    document = run(Status.CORRECT, absent={"jax": why})
    page = reports.render(document)
    assert "jax was absent" in str(headline(document))
    assert "pip install" in text(page) and '<span class="aside">absent</span>' in page


def test_a_witness_that_said_nothing_is_named() -> None:
    """A witness that is there and was heard in no case is in the heading too."""
    assert "jax and finite differences said nothing" in str(headline(run(Status.CORRECT)))


def test_every_finding_is_shown_whole() -> None:
    """Both values at 17 digits, element, error ratio, status, order and note of each finding
    appear.
    """
    note = "the unit includes underflow"
    odd = Finding("3.W", "jax", Status.WRONG, (5, 7), 1.5, 0.1, float("inf"), 1.0, note)
    nan = Finding("loss", "claim", Status.BROKEN, claimed=float("nan"), true=2.5)
    facts: dict[str, Any] = {"findings": (*verdict(Status.CORRECT).findings, odd, nan)}
    page = reports.render(run(verdicts=[verdict(Status.BROKEN, **facts)], requested=1))
    rows = [text(row) for row in re.findall(r"<tr.*?</tr>", page.split('"findings"')[1], re.DOTALL)]
    assert rows[1:] == [
        "dx exact 1, 0 0.10000000000000001 0.33333333333333331 0.5 correct Taylor order 3.000",
        "0.W torch 1, 0 0.10000000000000001 0.33333333333333331 0.5 correct",
        f"3.W jax 5, 7 1.5 0.10000000000000001 ∞ wrong {note}; Taylor order 1.000",
        "loss claim nan 2.5 – broken",
    ]


def test_the_size_of_what_is_not_right_stands_in_its_head() -> None:
    """Of a wrong case and of an accepted one; a right one has none, whatever its number."""
    sizes = {Status.WRONG: 0.75, Status.ACCEPTED: 1e-6, Status.CORRECT: 0.5}
    verdicts = [verdict(status, k, size=size) for k, (status, size) in enumerate(sizes.items())]
    page = text(reports.render(run(verdicts=verdicts, requested=3)))
    assert "wrong by 0.75" in page and "accepted by 1e-06" in page and "by 0.5" not in page


def test_what_is_wrong_comes_with_its_cause_and_a_way_to_see_it() -> None:
    """Diagnosis, culprits, the minimal case and its replay command are on the page."""
    wrong = verdict(
        Status.WRONG, culprits=("layer 0 (Dense): W",), diagnosis="wrong formula in layer 0"
    )
    minimal = {"of": wrong.case.id, "title": "1 > Dense(1)", "replay": "backproof replay a.json"}
    page = text(reports.render(run(verdicts=[wrong], requested=1, minimal=[minimal])))
    for said in ("wrong formula in layer 0", "layer 0 (Dense): W", *list(minimal.values())[1:]):
        assert escape(said) in page, said


def test_text_from_outside_is_text() -> None:
    """A script in a diagnosis, a note, a tensor's name or a command is shown and never run."""
    finding = Finding(PLANTED, "exact", Status.WRONG, error_ratio=99.0, note=PLANTED)
    planted = verdict(Status.WRONG, findings=(finding,), diagnosis=PLANTED, silent={"jax": PLANTED})
    page = reports.render(
        run(
            verdicts=[planted],
            requested=1,
            command=PLANTED,
            lost=[PLANTED],
            absent={"jax": PLANTED},
        )
    )
    assert PLANTED not in page and page.count("alert(") >= 6
    assert len(re.findall("<script", page)) == 2


def test_the_page_asks_the_network_for_nothing() -> None:
    """No attribute and no style of the page refers to anything outside it."""
    page = reports.render(run(*Status, digits=DIGITS, tutorial=TUTORIAL))
    names = {"src", "srcset", "action", "data", "poster"}
    attributes = Outline(page).attributes
    assert not [name for name, _ in attributes if name in names]
    links = [value for name, value in attributes if name in ("href", "xlink:href")]
    assert links and all(value and value.startswith("#") for value in links)
    assert "url(" not in page and "@import" not in page and "://" not in page


def test_the_page_is_well_formed() -> None:
    """Every tag is closed in its order, no id occurs twice, and headings skip no level."""
    document = run(*Status, digits=DIGITS, tutorial=TUTORIAL)
    document["verdicts"] *= 2
    outline = Outline(reports.render(document))
    ids = [value for name, value in outline.attributes if name == "id"]
    assert not outline.open and len(ids) == len(set(ids))
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert {value[1:] for name, value in outline.attributes if name == "href" and value} <= set(ids)


def test_the_layers_table_keeps_the_worst() -> None:
    """A layer's cell holds the largest error ratio of its cases, undecided ones left out."""
    found = [
        ("0.W", Status.CORRECT, 2.0),
        ("0.b", Status.UNDECIDED, 1e9),
        ("dx", Status.KINK, 1e12),
    ]
    findings = tuple(Finding(name, "torch", status, error_ratio=e) for name, status, e in found)
    verdicts = [verdict(Status.KINK, 1, findings=findings), verdict(Status.CORRECT, 2)]
    page = reports.render(run(verdicts=verdicts, requested=2))
    row = re.search(r'<tr><th scope="row">ReLU</th>.*?</tr>', page, re.DOTALL)
    assert (
        row
        and text(row[0]) == "ReLU 2 1 kink 0.5 in 1 2 in 2 1 undecided 1 kink not heard not heard"
    )
