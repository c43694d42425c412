"""The page shows all that a run found, the worst first, and promises nothing beyond it."""

import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from backproof import reports
from backproof.architectures import Case, Dense, Drawn, HalfSquaredError, Network, ReLU
from backproof.reports.axes import fit
from backproof.reports.headline import headline
from backproof.verdict import Finding, Status, Verdict
from backproof.verdict.decisions import LIMIT
from backproof.verdict.run import Run, run_to_json

NETWORK = Network(3, (Dense(2), ReLU()), HalfSquaredError())
PLANTED = "<script>alert('planted')</script>"
VOID = {"br", "input", "meta"}


def verdict(status: Status, seed: int = 0, **facts: Any) -> Verdict:
    """A verdict of a status with a finding by the exact witness and one by torch."""
    measured: dict[str, Any] = {"worst": (1, 0), "claimed": 0.1, "true": 1 / 3, "error_ratio": 0.5}
    findings = (
        Finding("dx", "exact", status, **measured, order=3.0),
        Finding("0.W", "torch", status, **measured),
    )
    case = Case(NETWORK, 4, "float64", Drawn("tame", seed))
    return Verdict(case, status, **{"findings": findings, **facts})


def run(*statuses: Status, **facts: Any) -> dict[str, Any]:
    """The document of a run that judged cases to these statuses, all that were asked for."""
    verdicts = [verdict(status, seed) for seed, status in enumerate(statuses)]
    known = {"command": "backproof run", "requested": len(statuses), "environment": {"numpy": "2"}}
    return run_to_json(Run(**{**known, "verdicts": verdicts, **facts}))


def text(page: str) -> str:
    """What a reader sees of a page, without its tags, style and script."""
    seen = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", seen).split())


class Outline(HTMLParser):
    """The open tags of a page, its attributes, ids and headings, as a strict reader meets them."""

    def __init__(self, page: str) -> None:
        """Read a page to its end."""
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.headings: list[int] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the tag, and wait for its end."""
        self.attributes += attributes
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag that ends where it starts, as those of drawings do."""
        self.attributes += attributes

    def handle_endtag(self, tag: str) -> None:
        """An end belongs to the tag that was opened last."""
        assert self.open.pop() == tag, tag


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


DIGITS = {
    "data": {"train": 1437},
    "test_accuracy": {"manual": 0.9833, "jax": None},
    "train_loss": [2.3, 0.5, 0.01],
    "trajectories": {"manual": [0.0, 0.3, 0.5], "torch": [0.0, float("inf"), 0.4], "jax": None},
}
TUTORIAL = {
    "formulas": [{"key": "loss", "formula": "L = y", "printed": "wrong", "read": "correct"}],
    "steps": {"runs": [{"step": 0.1, "label": "steady", "points": [[2, 4], [1, 1], [9, 81]]}]},
    "training": {"printed": [1.0, 2.0], "signed": [1.0, 0.1], "says": "one rises"},
}


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
