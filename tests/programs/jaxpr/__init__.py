"""Trials of the front end for JAX."""
