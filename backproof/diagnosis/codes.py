"""The diagnosis codes by code and by slug, and the page that explains one on a terminal."""

from collections.abc import Mapping
from difflib import get_close_matches
from textwrap import fill, indent

from backproof.diagnosis.pages import PAGES, Code

CODES: Mapping[str, Code] = {page.slug: page for page in PAGES}
"""Every code by its slug, in the order of the codes."""
COLUMNS = 80


class NoSuchCode(ValueError):
    """What was named is no diagnosis code; the message lists those that are near."""


def code_of(name: str) -> Code:
    """The code that a slug or a code names, in either case; raises `NoSuchCode` with near ones."""
    wanted = name.strip().strip("[]").lower().replace("_", "-").replace(" ", "-")
    known = {**CODES, **{page.code.lower(): page for page in PAGES}}
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=4, cutoff=0.5)
    shown = dict.fromkeys(f"{known[n].code} {known[n].slug}" for n in near)
    hint = f"near it: {', '.join(shown)}" if near else f"there are {', '.join(CODES)}"
    raise NoSuchCode(f"no diagnosis is called {name!r}; {hint}")


def explain(code_or_slug: str) -> str:
    """The page of a code for a terminal of 80 columns; raises `NoSuchCode` if there is none."""
    page = code_of(code_or_slug)
    parts = [
        _wrapped(f"{page.code} [{page.slug}] {page.title}"),
        _wrapped(page.what),
        f"What it looks like\n{_wrapped(page.looks, '  ')}",
        f"The usual cause\n{_wrapped(page.cause, '  ')}",
        f"The mend\n{_wrapped(page.mend, '  ')}",
    ]
    parts += [indent(page.snippet, "    ")] if page.snippet else []
    return "\n\n".join(parts)


def _wrapped(text: str, margin: str = "") -> str:
    return fill(
        text,
        COLUMNS,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
