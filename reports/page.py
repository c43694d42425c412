"""The page: everything a run found, gathered for the template and set into one HTML text."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from backproof.reports.cases import anchors, view
from backproof.reports.digits import digits
from backproof.reports.format import capital, count, decode
from backproof.reports.headline import headline
from backproof.reports.statuses import MEANINGS, tally, worst_first
from backproof.reports.tables import LIMIT, WITNESSES, coverage, dots, quantiles
from backproof.reports.tutorial import tutorial


def render(document: Mapping[str, Any]) -> str:
    """A run's JSON document as one HTML text that needs nothing else: no network, no script."""
    environment = Environment(
        loader=PackageLoader("backproof.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"capital": capital, "count": count}
    template = environment.get_template("page.html.j2")
    return template.render(
        page(decode(document)), style=_asset("style.css"), script=_asset("script.js")
    )


def page(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows, by name, from a document whose numbers are decoded."""
    verdicts = worst_first(document["verdicts"])
    names = anchors(verdicts, "case")
    cases = [view(v, name, document["minimal"]) for v, name in zip(verdicts, names, strict=True)]
    return {
        "headline": headline(document),
        "counts": tally(verdicts),
        "meanings": MEANINGS,
        "judged": len(verdicts),
        "requested": document["requested"],
        "drawn": any(v["case"] for v in verdicts),
        "findings": sum(len(v["findings"]) for v in verdicts),
        "command": document["command"],
        "environment": document["environment"],
        "absent": document["absent"],
        "interrupted": document["interrupted"],
        "lost": document["lost"],
        "witnesses": WITNESSES,
        "coverage": coverage(verdicts),
        "limit": LIMIT,
        "quantiles": quantiles(verdicts),
        "dots": dots(verdicts, names),
        "not_right": [case for case in cases if not case.right],
        "right": [case for case in cases if case.right],
        "digits": digits(document.get("digits")),
        "tutorial": tutorial(document.get("tutorial")),
    }


def _asset(name: str) -> Markup:
    return Markup(resources.files("backproof.reports").joinpath(name).read_text(encoding="utf-8"))
