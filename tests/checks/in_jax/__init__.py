"""`check_jax` on trial."""
