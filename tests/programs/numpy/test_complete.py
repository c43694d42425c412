"""Whether a record is the whole of a run, where elements are put by what no record follows."""

from typing import Any

import numpy as np

from backproof.programs.complete import OTHER, incomplete
from programs.numpy.trial import recorded

X = np.random.default_rng(4).normal(size=7)


def lost(function: Any) -> Any:
    """What the record of a function at X has lost."""
    return incomplete(recorded(function, X), lambda at: recorded(function, *at.values()), {"x": X})


def last_digits(x: Any) -> int:
    """A number that is another at every point."""
    return int(abs(float(x[0])) * 1e13) % 7


def test_elements_that_are_put_elsewhere_at_every_point_are_noticed() -> None:
    """By an index that no record follows: there is less evidence, and the verdict says so."""
    found = lost(lambda x: np.roll(x, last_digits(x))[0] * 2)
    assert found is not None and found.harmless and str(found) == OTHER
    assert lost(lambda x: np.roll(x, 3)[0] * 2) is None
