"""`check_torch` on trial: the trial set, what can be judged, and what must be left alone."""
