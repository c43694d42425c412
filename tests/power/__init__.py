"""Trials of the trials: what `backproof power` measures of the judge itself."""
