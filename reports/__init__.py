"""One self-contained HTML page from a run's JSON document; pure, and a witness to nothing."""

from backproof.reports.page import render

__all__ = ["render"]
