"""NumPy code followed on its own floats: arrays and numbers that know their step."""
