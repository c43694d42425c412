"""The checker itself on trial: planted faults, right code, other checkers, size, time."""
