"""A wild claim: a gradient as somebody wrote it, whether it is right, and if not, why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Functions = tuple[Callable[..., Any], Callable[..., Any] | None]
"""A loss and its gradient, or a forward and its backward: None where forward returns a pullback."""

Draw = Callable[[np.random.Generator], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class WildClaim:
    """One claim of the trial set.

    way: the way in, "check" or "check_layer". arguments: a seed to what the way in is called with:
    (loss, gradient, *args) or (forward, backward, *inputs). cause: the slug of the diagnosis; of a
    right claim, of what is to be said of it all the same. pair: the name of its twin. options: what
    the way in is called with besides.
    """

    name: str
    way: str
    arguments: Callable[[int], tuple[Any, ...]]
    right: bool
    cause: str = ""
    pair: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def pair(
    name: str,
    way: str,
    draw: Draw,
    right: Functions | Callable[[], Functions],
    wrong: Mapping[str, Functions | Callable[[], Functions]],
    cause: str = "",
    data: int = 0,
) -> list[WildClaim]:
    """A right claim, and its wrong twins by the cause of the error.

    draw: what the functions are called with, from a generator; the last `data` of it is bound to
    the function before they are handed over. Functions that keep state are given by what makes
    them, so that no claim meets the state of another. cause: what is said of the right one.
    """
    names = {slug: f"{name}: {slug}" for slug in wrong}

    def arguments(functions: Any) -> Callable[[int], tuple[Any, ...]]:
        def of(seed: int) -> tuple[Any, ...]:
            first, second = functions() if callable(functions) else functions
            drawn = draw(np.random.default_rng(seed))
            moving, fixed = drawn[: len(drawn) - data], drawn[len(drawn) - data :]
            if way == "check":
                second = _bound(second, fixed)
            return (_bound(first, fixed), second, *moving)

        return of

    twin = next(iter(names.values()), "")
    return [
        WildClaim(name, way, arguments(right), True, cause, twin),
        *(
            WildClaim(names[slug], way, arguments(f), False, slug, name)
            for slug, f in wrong.items()
        ),
    ]


def normals(*shapes: Any) -> Draw:
    """Draws arrays of these shapes from the normal distribution."""
    return lambda rng: tuple(rng.normal(size=shape) for shape in shapes)


def halves(both: Callable[..., tuple[Any, Any]]) -> Functions:
    """A function that returns the loss and the gradient, as two."""
    return (lambda *args: both(*args)[0]), (lambda *args: both(*args)[1])


def _bound(function: Any, fixed: tuple[Any, ...]) -> Any:
    return (lambda *args: function(*args, *fixed)) if fixed else function
