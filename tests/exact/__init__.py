"""Trials of the arithmetic, the record and the table of primitives."""
