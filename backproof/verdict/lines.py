"""Lines for a terminal."""

from textwrap import fill

COLUMNS = 80


def wrapped(line: str) -> str:
    """A line broken at 80 columns, what follows set in."""
    return fill(line, COLUMNS, subsequent_indent="    ", break_long_words=False)
