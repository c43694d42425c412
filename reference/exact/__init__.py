"""Exact arithmetic as a witness: balls in place of floats, through the claim's own code."""
