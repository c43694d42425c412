"""Whether a record is the whole of a run, where elements are put by what no record follows."""

from typing import Any

import numpy as np
import pytest

from backproof.programs.complete import OTHER, incomplete
from backproof.programs.run import CannotFollow
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


def written(x: Any) -> float:
    """A number that was written down and read again: no record follows it."""
    return float(f"{float(x):.17g}")


WHOLE = {
    "sums": lambda x: np.cumsum(x) @ x / (1 + x @ x),
    "branches without a jump": lambda x: np.sort(np.where(x > 0, 2 * x, x / 3)) @ np.arange(7.0),
    "less than shows": lambda x: x.sum() + written(x[0]) * 1e-12 * x[1],
}
LEAVING = {
    "a factor": lambda x: x.sum() * written(np.tanh(x[1])),
    "a term": lambda x: x @ x + 1e-3 * written(x[2]),
    "an index": lambda x: x[last_digits(x)],
}


@pytest.mark.parametrize("name", WHOLE)
def test_where_the_code_itself_gives_the_same_no_second_record_is_made(name: str) -> None:
    """Elsewhere, from the first record with its decisions made afresh."""

    def refused(_: Any) -> Any:
        raise CannotFollow("a second record")

    own = WHOLE[name]
    plain = lambda at: ({"loss": own(*at.values())}, {})  # noqa: E731
    assert incomplete(recorded(own, X), refused, {"arg0": X}, plain=plain) is None


@pytest.mark.parametrize("name", LEAVING)
def test_what_leaves_the_record_is_noticed_beside_the_code_itself(name: str) -> None:
    """As it is by a second record alone."""
    own = LEAVING[name]
    again = lambda at: recorded(own, *at.values())  # noqa: E731
    plain = lambda at: ({"loss": own(*at.values())}, {})  # noqa: E731
    found = incomplete(recorded(own, X), again, {"arg0": X}, plain=plain)
    assert str(found) == str(lost(own)) != "None"
