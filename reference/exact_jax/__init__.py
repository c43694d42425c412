"""JAX programs in exact arithmetic: traced by JAX, evaluated over balls, compiled by nobody."""
