"""What is said of a claim: status, findings, the verdict, and every number that can turn one."""

from backproof.verdict.finding import Finding
from backproof.verdict.status import CLEAN, FAULTY, Status
from backproof.verdict.verdict import GradientError, Subject, Verdict

__all__ = ["CLEAN", "FAULTY", "Finding", "GradientError", "Status", "Subject", "Verdict"]
