"""Exact arithmetic as a witness: flint.arb balls in place of floats, through the claim's own code."""
