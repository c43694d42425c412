"""What is written about the diagnosis codes, family by family; text alone, nothing is computed."""

from backproof.diagnosis.pages.arithmetic import ARITHMETIC
from backproof.diagnosis.pages.axes import AXES
from backproof.diagnosis.pages.behaviour import BEHAVIOUR
from backproof.diagnosis.pages.factors import FACTORS
from backproof.diagnosis.pages.omissions import OMISSIONS
from backproof.diagnosis.pages.page import Code
from backproof.diagnosis.pages.points import POINTS

PAGES: tuple[Code, ...] = tuple(
    sorted(
        (*FACTORS, *AXES, *OMISSIONS, *BEHAVIOUR, *ARITHMETIC, *POINTS), key=lambda page: page.code
    )
)
"""Every page, in the order of the codes."""

__all__ = ["PAGES", "Code"]
