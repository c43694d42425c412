"""Claims in somebody's files: found by name, judged at many points of their own sampler."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from backproof.verdict import Verdict

Judging = Callable[[int], Verdict]
"""A seed to the verdict."""

PAIR, LAYER = ("loss", "gradient"), ("forward", "backward")
CONVENTION = (
    "NAME_loss and NAME_gradient, or NAME_forward and NAME_backward, with NAME_inputs(seed); an "
    "object NAME that has them as attributes; a function NAME of torch tensors or JAX arrays with "
    "NAME_inputs(seed); without NAME_ where a file has one claim alone"
)


class NoSuchClaim(ValueError):
    """What was named is no claim; the message says what a claim looks like."""


def find_claim(target: str) -> Judging:
    """The claim that PATH.py:NAME or pkg.mod:NAME names. Raises `NoSuchClaim` where there is none.

    The module is imported, its folder first on the path; what it raises then is told as such.
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
        inputs = found.get("inputs")
        for ways, check in ((PAIR, _check), (LAYER, _check_layer)):
            if all(way in found for way in ways):
                return partial(check, [found[way] for way in ways], _needed(inputs, name), name)
    inputs = getattr(module, f"{name}_inputs", getattr(module, "inputs", None))
    if callable(holder) and inputs is not None:
        return partial(_check_function, holder, inputs, name)
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
    names = (*PAIR, *LAYER, "inputs")
    return {n: getattr(holder, n) for n in names if callable(getattr(holder, n, None))}


def _prefixed(module: ModuleType, prefix: str) -> dict[str, Any]:
    names = (*PAIR, *LAYER, "inputs")
    return {n: getattr(module, prefix + n) for n in names if hasattr(module, prefix + n)}


def _needed(inputs: Any, name: str) -> Any:
    if inputs is None:
        raise NoSuchClaim(f"{name} has no inputs: a function {name}_inputs(seed) gives a tuple")
    return inputs


def _check(functions: list[Any], inputs: Any, name: str, seed: int) -> Verdict:
    from backproof.checks.check import check

    return check(*functions, inputs=inputs, name=name, seed=seed)


def _check_layer(functions: list[Any], inputs: Any, name: str, seed: int) -> Verdict:
    from backproof.checks.check import check_layer

    return check_layer(*functions, inputs=inputs, name=name, seed=seed)


def _check_function(function: Any, inputs: Any, name: str, seed: int) -> Verdict:
    """A function of a framework, of which one its inputs tell."""
    drawn = inputs(seed)
    kinds = {type(x).__module__.partition(".")[0] for x in _parts(drawn)}
    if "torch" in kinds:
        from backproof.checks.check_torch import check_torch

        return check_torch(function, inputs=inputs, name=name, seed=seed)
    if kinds & {"jax", "jaxlib"}:
        from backproof.checks.check_jax import check_jax

        return check_jax(function, inputs=inputs, name=name, seed=seed)
    raise NoSuchClaim(f"{name} is a function of NumPy arrays without a gradient: {CONVENTION}")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [part for child in value.values() for part in _parts(child)]
    if isinstance(value, list | tuple):
        return [part for child in value for part in _parts(child)]
    return [value]
