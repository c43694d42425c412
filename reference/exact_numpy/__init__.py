"""The exact witness for foreign NumPy code, which runs unchanged on arrays of balls."""
