"""Finite differences as a witness of black boxes: slopes with errors, and what they can tell."""
