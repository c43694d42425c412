"""All faults that are planted in the judge."""

from mutants.of_evidence import OF_EVIDENCE
from mutants.of_exact import OF_EXACT
from mutants.of_judging import OF_JUDGING
from mutants.of_rare_rules import OF_RARE_RULES

MUTANTS = (*OF_EXACT, *OF_RARE_RULES, *OF_JUDGING, *OF_EVIDENCE)
