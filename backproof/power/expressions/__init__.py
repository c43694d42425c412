"""Random expressions with right and with wrong gradients, on which the judge itself is tried."""
