"""The witnesses: each says what the gradient of a case is, and none knows of another."""
