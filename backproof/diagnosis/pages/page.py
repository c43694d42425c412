"""What is written about one diagnosis code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A diagnosis in words.

    code, slug, title: its names. what: what it is. looks: what it looks like in the numbers.
    cause: how it usually comes about. mend: what to do. snippet: lines shown as they stand, the
    wrong way above the right one.
    """

    code: str
    slug: str
    title: str
    what: str
    looks: str
    cause: str
    mend: str
    snippet: str = ""
