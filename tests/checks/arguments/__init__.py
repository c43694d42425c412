"""Arguments of any structure, and what answers to them."""
