"""Lists for a terminal of 80 columns: the codes of diagnoses, the table of primitives."""

from itertools import groupby
from textwrap import fill

from backproof.diagnosis.codes import CODES, COLUMNS
from backproof.verdict.witnesses import EXACT, require

KINDS = {
    "numbers": "a function of numbers, with its slopes",
    "arrays": "a function of arrays, with its adjoint",
    "decision": "a decision, which is replayed",
    "given": "given",
}


def all_codes() -> str:
    """Every code with its name and title, a line each."""
    return "\n".join(f"{page.code}  {slug}: {page.title}" for slug, page in CODES.items())


def all_primitives() -> str:
    """Every elementary operation that is followed, by families and kinds.

    Raises `WitnessAbsent` where there is no exact arithmetic.
    """
    require(EXACT)
    from backproof.exact.primitives import lines

    told = []
    for family, rows in groupby(lines(), key=lambda line: line[0]):
        told.append(family)
        for _, name, kind, about in rows:
            what = about or KINDS[kind]
            told.append(
                fill(f"{name}: {what}", COLUMNS, initial_indent="  ", subsequent_indent="      ")
            )
        told.append("")
    return "\n".join(told).rstrip()
