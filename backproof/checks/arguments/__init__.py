"""Arguments of any structure as named tensors, and what was returned for them."""
