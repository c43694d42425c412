"""JAX programs as records: a function and its reverse mode, run once in JAX's floats."""
