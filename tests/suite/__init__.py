"""Trials of the main job: cases, faults, digits, tutorial."""
