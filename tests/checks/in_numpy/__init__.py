"""`check` and `check_layer` on trial: gradients in NumPy, right and wrong."""
