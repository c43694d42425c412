"""backproof beside JAX's own check_grads, each with its defaults: time, and a small error found."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import jax
from jax.test_util import check_grads

from backproof.checks.check_jax import check_jax
from backproof.checks.in_jax.runs import KEPT
from backproof.power.right_code import timed_ms
from backproof.power.twenty import TWENTY, Item, all_off, spoiled

ORDER = 2
"""The second derivatives too, as check_grads is used in JAX's own tests."""
PART = 1e-7
"""The error, in every element, that is planted."""


@dataclass(frozen=True, slots=True)
class Race:
    """One right function before both, and the same one with the error planted in its gradient.

    passed: whether both pass the right one. ours, theirs: milliseconds for the first answer in a
    process, which compiles; ours_again, theirs_again: for the next one. ours_finds, theirs_finds:
    whether the error is found. modes: what check_grads was asked, for it refuses the forward mode
    of a function with a `custom_vjp`.
    """

    function: str
    modes: tuple[str, ...]
    passed: bool
    ours: float
    theirs: float
    ours_again: float
    theirs_again: float
    ours_finds: bool
    theirs_finds: bool

    @property
    def ratio(self) -> float:
        """How many times as long theirs takes."""
        return self.theirs / self.ours

    def to_json(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {**asdict(self), "ratio": self.ratio}

    def __str__(self) -> str:
        """The row as plain text."""
        found = ["found" if finds else "missed" for finds in (self.ours_finds, self.theirs_finds)]
        return (
            f"{self.function[:32]:32} backproof {self.ours:7.1f} ms, check_grads "
            f"{self.theirs:8.1f} ms, {self.ratio:5.1f} times as long; "
            f"1e-7 off: {found[0]}, {found[1]}"
        )


def race_check_grads(items: Iterable[Item] = TWENTY, seed: int = 0) -> list[Race]:
    """A row for each function; both are asked something else before, so that no import is timed."""
    warm_up = TWENTY[0]
    check_jax(warm_up.function, *warm_up.inputs(seed))
    check_grads_accepts(warm_up.function, warm_up.inputs(seed), ("rev",))
    return [_race(item, seed) for item in items]


def check_grads_accepts(
    function: Callable[..., Any], inputs: tuple[Any, ...], modes: tuple[str, ...]
) -> bool:
    """What check_grads says in float64, with its own step and tolerances."""
    check: Any = check_grads  # JAX leaves it untyped
    with jax.enable_x64(True):
        try:
            check(function, inputs, ORDER, modes=modes)
        except AssertionError:
            return False
    return True


def _race(item: Item, seed: int) -> Race:
    inputs = item.inputs(seed)
    modes = ("rev",) if item.ruled else ("fwd", "rev")
    ask_us = partial(check_jax, item.function, *inputs)
    ask_them = partial(check_grads_accepts, item.function, inputs, modes)
    forget: Any = jax.clear_caches  # JAX leaves it untyped
    forget()
    KEPT.clear()
    (verdict, ours), (_, ours_again) = timed_ms(ask_us), timed_ms(ask_us)
    forget()
    (accepted, theirs), (_, theirs_again) = timed_ms(ask_them), timed_ms(ask_them)
    wrong = spoiled(item.function, partial(all_off, part=PART))
    return Race(
        item.name,
        modes,
        bool(verdict) and accepted,
        ours,
        theirs,
        ours_again,
        theirs_again,
        not check_jax(wrong, *inputs),
        not check_grads_accepts(wrong, inputs, ("rev",)),
    )
