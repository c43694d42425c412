"""The pages of the codes: each says all, fits a terminal, and is found by its code and its slug."""

import pytest

from backproof.diagnosis import CODES, HYPOTHESES, Diagnosis, code_of, explain


@pytest.mark.parametrize("slug", CODES)
def test_a_page_fits_the_terminal_and_says_all(slug: str) -> None:
    """Each page has its code, its parts and no line of more than 80 columns."""
    page = explain(slug)
    assert page == explain(CODES[slug].code) == explain(slug.upper())
    assert page.startswith(f"{CODES[slug].code} [{slug}] {CODES[slug].title}")
    assert all(part in page for part in ("What it looks like", "The usual cause", "The mend"))
    assert max(map(len, page.splitlines())) <= 80


def test_the_codes_are_one_to_one() -> None:
    """No code, slug or title is given twice, and every hypothesis has its page."""
    pages = CODES.values()
    assert len({p.code for p in pages}) == len({p.title for p in pages}) == len(pages)
    assert {slug for slug, _ in HYPOTHESES} <= set(CODES)
    assert Diagnosis("sign", ("W",), "x").code == "BP101"


def test_an_unknown_code_lists_the_near_ones() -> None:
    """A code that nobody has is refused with those that look like it."""
    with pytest.raises(ValueError, match="BP103 transposed"):
        explain("trnsposed")
    with pytest.raises(ValueError, match="there are sign, factor"):
        code_of("?")
