"""Claims in somebody's files: found by name, judged at many points of their own sampler."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis.strategies import SearchStrategy

import backproof
from backproof.command.sizes import sizes_of
from backproof.verdict import Verdict

Judging = Callable[[int, Mapping[str, float]], Verdict]
"""A seed, and what the caller accepts besides, to the verdict."""

PAIR, LAYER = ("loss", "gradient"), ("forward", "backward")
WAYS = {"check": PAIR, "check_layer": LAYER}
FURTHER = ("inputs", "reference", "accept")
CONVENTION = (
    "NAME_loss and NAME_gradient, or NAME_forward and NAME_backward, with NAME_inputs(seed); an "
    "object NAME that has them as attributes; a function NAME of torch tensors or JAX arrays with "
    "NAME_inputs(seed); without NAME_ where a file has one claim alone; NAME_reference and "
    "NAME_accept if there are any"
)


class NoSuchClaim(ValueError):
    """What was named is no claim; the message says what a claim looks like."""


def find_claim(target: str) -> Judging:
    """The claim that PATH.py:NAME or pkg.mod:NAME names.

    The module is imported, its folder first on the path; what it raises then is told as such.
    Raises `NoSuchClaim` where there is no claim, `NoSize` or `NoSuchCode` where its `accept` is
    none.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise NoSuchClaim(f"{target!r} names no claim: say PATH.py:NAME or pkg.mod:NAME")
    return claim_in(_module(place), name)


def claim_in(module: ModuleType, name: str) -> Judging:
    """The claim of a module that a name means, by the convention."""
    holder = getattr(module, name, None)
    parts = [_attributes(holder), _prefixed(module, f"{name}_")]
    parts += [_prefixed(module, "")] if name in (*PAIR, *LAYER) else []
    for found in parts:
        for way, names in WAYS.items():
            if all(n in found for n in names):
                given = _given(found, name)
                return partial(_check_pair, way, [found[n] for n in names], given)
    own = _prefixed(module, f"{name}_")
    own.setdefault("inputs", getattr(module, "inputs", None))
    if callable(holder) and own["inputs"] is not None:
        return partial(_check_function, holder, _given(own, name))
    raise NoSuchClaim(f"{name} is no claim of {module.__name__}: needed is {CONVENTION}")


def _module(place: str) -> ModuleType:
    path = Path(place)
    try:
        if path.suffix != ".py":
            return importlib.import_module(place)
        if not path.is_file():
            raise NoSuchClaim(f"there is no file {place}")
        spec = importlib.util.spec_from_file_location(path.stem, path.resolve())
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.path.insert(0, str(path.resolve().parent))
        sys.modules.setdefault(path.stem, module)
        spec.loader.exec_module(module)
        return module
    except NoSuchClaim:
        raise
    except Exception as error:  # importing runs somebody's code
        raise NoSuchClaim(f"{place} cannot be imported: {type(error).__name__}: {error}") from error


def _attributes(holder: Any) -> dict[str, Any]:
    found = {n: getattr(holder, n, None) for n in (*PAIR, *LAYER, *FURTHER)}
    return {n: x for n, x in found.items() if callable(x) or (n in FURTHER and x is not None)}


def _prefixed(module: ModuleType, prefix: str) -> dict[str, Any]:
    names = (*PAIR, *LAYER, *FURTHER)
    return {n: getattr(module, prefix + n) for n in names if hasattr(module, prefix + n)}


def _given(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is passed on to the way in, as far as a claim has it."""
    given = {"inputs": _needed(found.get("inputs"), name), "name": name}
    if "reference" in found:
        given["reference"] = found["reference"]
        if not callable(given["reference"]):
            kind = type(given["reference"]).__name__
            raise NoSuchClaim(f"the reference of {name} is a {kind}: it must be a function")
    if "accept" in found:
        given["accept"] = sizes_of(name, found["accept"])
    return given


def _needed(inputs: Any, name: str) -> Any:
    if not callable(inputs) and not isinstance(inputs, SearchStrategy):
        raise NoSuchClaim(f"{name} has no inputs: a function {name}_inputs(seed) gives a tuple")
    return inputs


def _check_function(
    function: Any, given: Mapping[str, Any], seed: int, accept: Mapping[str, float]
) -> Verdict:
    """A function of a framework, of which one its inputs tell."""
    drawn = given["inputs"](seed)
    kinds = {type(x).__module__.partition(".")[0] for x in _parts(drawn)}
    if "torch" in kinds:
        return backproof.check_torch(function, seed=seed, **_with(given, accept))
    if kinds & {"jax", "jaxlib"}:
        return backproof.check_jax(function, seed=seed, **_with(given, accept))
    name = given["name"]
    raise NoSuchClaim(f"{name} is a function of NumPy arrays without a gradient: {CONVENTION}")


def _check_pair(
    way: str,
    functions: list[Any],
    given: Mapping[str, Any],
    seed: int,
    accept: Mapping[str, float],
) -> Verdict:
    """A loss and its gradient, or a layer."""
    check = getattr(backproof, way)
    return check(*functions, seed=seed, **_with(given, accept))


def _with(given: Mapping[str, Any], accept: Mapping[str, float]) -> dict[str, Any]:
    """What a claim says, and what the caller accepts: the caller has the last word on a code."""
    return {**given, "accept": {**given.get("accept", {}), **accept}}


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [part for child in value.values() for part in _parts(child)]
    if isinstance(value, list | tuple):
        return [part for child in value for part in _parts(child)]
    return [value]
