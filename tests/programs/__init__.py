"""Trials of the front ends: of what they make of programs."""
