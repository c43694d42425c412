"""The checks on trial, by their ways in."""
