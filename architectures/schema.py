"""Cases as JSON, both ways: versioned, strict, and refused with a message that says what to do."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from backproof.architectures.cases import REGIMES, Case, Drawn, DType, Given
from backproof.architectures.layers import Layer
from backproof.architectures.losses import Loss
from backproof.architectures.networks import INPUT, Network

SCHEMA = 1
LAYERS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Layer)}
LOSSES: dict[str, Any] = {kind.__name__: kind for kind in get_args(Loss)}


class CaseError(ValueError):
    """A case that cannot be read; the message says where and what would be accepted."""


def case_to_json(case: Case) -> dict[str, Any]:
    """The case as JSON values; `case_from_json` gives an equal case back."""
    network = case.network
    data: dict[str, Any]
    match case.data:
        case Drawn(regime, seed):
            data = {"regime": regime, "seed": seed}
        case Given(tensors, target, label):
            arrays = {name: array.tolist() for name, array in tensors.items()}
            data = {"label": label, "tensors": arrays, "target": target.tolist()}
    return {
        "schema": SCHEMA,
        "inputs": network.inputs,
        "layers": [_named("layer", layer) for layer in network.layers],
        "loss": _named("loss", network.loss),
        "batch": case.batch,
        "dtype": case.dtype,
        "data": data,
    }


def case_from_json(document: object) -> Case:
    """Read a case; raises `CaseError` if anything is missing, unknown, misshapen or not finite."""
    doc = _mapping(document, "the case")
    schema = doc.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise CaseError(
            f"this case has schema {schema}, and this backproof reads up to {SCHEMA}: "
            "upgrade backproof to replay it"
        )
    if schema != SCHEMA:
        raise CaseError(f'a case must say "schema": {SCHEMA}; this one says {schema!r}')
    _exactly(doc, {"schema", "inputs", "layers", "loss", "batch", "dtype", "data"}, "the case")
    if not isinstance(doc["layers"], list):
        raise CaseError('"layers" must be a list of layers')
    layers = tuple(_build(d, "layer", LAYERS, f"layers[{j}]") for j, d in enumerate(doc["layers"]))
    loss = _build(doc["loss"], "loss", LOSSES, "the loss")
    network = Network(_size(doc["inputs"], "inputs"), layers, loss)
    batch = _size(doc["batch"], "batch")
    if doc["dtype"] not in get_args(DType):
        raise CaseError(f'"dtype" must be one of {list(get_args(DType))}, not {doc["dtype"]!r}')
    return Case(
        network, batch, doc["dtype"], _data(_mapping(doc["data"], '"data"'), network, batch)
    )


def _named(key: str, value: Layer | Loss) -> dict[str, Any]:
    return {key: type(value).__name__, **dataclasses.asdict(value)}


def _build(document: object, key: str, kinds: Mapping[str, Any], where: str) -> Any:
    doc = dict(_mapping(document, where))
    name = doc.pop(key, None)
    if name not in kinds:
        raise CaseError(f"{where}: unknown {key} {name!r}; known are {', '.join(sorted(kinds))}")
    fields = {field.name: field for field in dataclasses.fields(kinds[name])}
    _exactly(doc, set(fields), f"{where} ({name})")
    for option, value in doc.items():
        where_option = f"{where} ({name}): {option}"
        if option == "width":
            _size(value, where_option)
        elif fields[option].type is float:
            _finite(value, where_option)
        elif value not in get_args(fields[option].type):
            accepted = list(get_args(fields[option].type))
            raise CaseError(f"{where_option} must be one of {accepted}, not {value!r}")
    return kinds[name](**doc)


def _data(doc: Mapping[str, Any], network: Network, batch: int) -> Drawn | Given:
    if "regime" in doc:
        _exactly(doc, {"regime", "seed"}, '"data"')
        if doc["regime"] not in REGIMES:
            raise CaseError(f'"regime" must be one of {list(REGIMES)}, not {doc["regime"]!r}')
        if not _is_int(doc["seed"]) or doc["seed"] < 0:
            raise CaseError(f'"seed" must be a whole number from 0, not {doc["seed"]!r}')
        return Drawn(doc["regime"], doc["seed"])
    _exactly(doc, {"label", "tensors", "target"}, '"data"')
    given = _mapping(doc["tensors"], '"tensors"')
    shapes = {INPUT: (batch, network.inputs), **network.parameters}
    _exactly(given, set(shapes), '"tensors"')
    tensors = {name: _array(given[name], shape, name) for name, shape in shapes.items()}
    target = _array(doc["target"], network.target_shape(batch), "target")
    if network.loss.targets == "index":
        classes = target.astype(np.int64)
        if (classes != target).any() or classes.min() < 0 or classes.max() >= network.outputs:
            raise CaseError(f"target: every label must be a whole number below {network.outputs}")
        target = classes
    return Given(tensors, target, str(doc["label"]))


def _array(value: object, shape: tuple[int, ...], name: str) -> np.ndarray[Any, Any]:
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CaseError(f"{name}: not a rectangular array of numbers ({error})") from None
    if array.shape != shape:
        raise CaseError(f"{name}: the network needs shape {shape}, the case gives {array.shape}")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise CaseError(
            f"{name}{list(where)} is {array[where]}: a gradient is judged at finite values"
        )
    return array


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CaseError(f"{where} must be a JSON object, not {type(value).__name__}")
    return value


def _exactly(doc: Mapping[str, Any], keys: set[str], where: str) -> None:
    for problem, names in (("misses", keys - set(doc)), ("has unknown", set(doc) - keys)):
        if names:
            raise CaseError(f"{where} {problem} {', '.join(map(repr, sorted(names)))}")


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _size(value: Any, where: str) -> int:
    if not _is_int(value) or value < 1:
        raise CaseError(f"{where} must be a whole number from 1, not {value!r}")
    return int(value)


def _finite(value: Any, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CaseError(f"{where} must be a finite number, not {value!r}")
