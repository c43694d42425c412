"""Ways to write a loss: decorators, descriptors, caches, imports, generators, threads."""

# Written as their authors write: without docstrings.
# ruff: noqa: D101, D102, D103

import contextlib
import functools
import importlib
import itertools
import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from checks.in_numpy.asking import passed

X = np.random.default_rng(9).normal(size=5)


def wrapped(function):
    @functools.wraps(function)
    def inside(*args, **kwargs):
        return function(*args, **kwargs)

    return inside


class Descriptor:
    def __init__(self, function):
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args):
        return self.function(*args)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)


class Model:
    factor = 3.0
    xp = np

    @Descriptor
    def described(self, x):
        return (self.factor * x * x).sum()

    @functools.cached_property
    def twice(self):
        return 2 * self.factor

    def slopes(self, x):
        return self.twice * x

    @classmethod
    def of_class(cls, x):
        return cls.factor * cls.square(x).sum()

    @staticmethod
    def square(x):
        return Model.xp.square(x)

    def power(self, n, x):
        return self.factor * (x**n).sum()

    by_parts = functools.partialmethod(power, 2)


@functools.singledispatch
def chosen(x):
    raise TypeError


@chosen.register(np.ndarray)
def _(x):
    return 3 * (x**2).sum()


@wrapped
@Descriptor
@wrapped
def stacked(x):
    return 3 * (x**2).sum()


@functools.lru_cache
def table(n):
    return 3 * np.ones(n)


@contextlib.contextmanager
def quietly():
    before = np.seterr(all="ignore")
    try:
        yield
    finally:
        np.seterr(**before)


def in_a_context(x):
    with quietly():
        return 3 * (x**2).sum()


def yielding(x):
    for v in x:
        yield 3 * v * v


def imported(x):
    import numpy
    from numpy import square

    return numpy.sum(3 * square(x))


def by_type(x):
    if type(x) is not np.ndarray or not issubclass(type(x[0]), float):
        raise TypeError
    return sum(3 * v * v if isinstance(v, float | np.floating) else 1 / 0 for v in x)


MODEL = Model()
LOSSES: dict[str, Callable[[Any], Any]] = {
    "descriptor": MODEL.described,
    "classmethod": Model.of_class,
    "partialmethod": MODEL.by_parts,
    "singledispatch": chosen,
    "stacked": stacked,
    "lru_cache": lambda x: (table(len(x)) * x**2).sum(),
    "context": in_a_context,
    "generator": lambda x: sum(yielding(x)),
    "reduce": lambda x: 3 * functools.reduce(operator.add, map(operator.mul, x, x)),
    "accumulate": lambda x: list(itertools.accumulate(3 * x * x))[-1],
    "import": imported,
    "import_module": lambda x: 3 * importlib.import_module("numpy").square(x).sum(),
    "by type": by_type,
    "eval": lambda x: eval("3 * (x ** 2).sum()"),
}


@pytest.mark.parametrize("way", LOSSES)
def test_every_way_to_write_it_is_judged(way: str) -> None:
    """3 times the sum of squares, and its gradient by a cached property."""
    passed(LOSSES[way], Model().slopes, X)


def test_a_loss_may_use_threads() -> None:
    """What other threads compute is no step of the record, and is judged all the same."""

    def loss(x: Any) -> Any:
        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(lambda v: 3 * float(v) ** 2, x))

    passed(loss, Model().slopes, X)
