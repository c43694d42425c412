"""A layer or a loss lives in several files: whoever is forgotten in one is named here."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import partial
from types import ModuleType
from typing import Any, get_args

import jax
import pytest
import torch

from backproof import architectures
from backproof.architectures import (
    Case,
    Dense,
    Drawn,
    Network,
    ReLU,
    SquaredError,
    strategies,
    values,
)
from backproof.architectures import layers as layers_module
from backproof.architectures import losses as losses_module
from backproof.architectures.layers import Elementwise
from backproof.architectures.losses import Regression
from backproof.manual.table import LAYER_RULES, LOSS_RULES
from backproof.reference import jax_grad, torch_autograd

Kind = type[Any]


def written(module: ModuleType) -> Iterator[Kind]:
    """Every layer or loss that a module defines: its dataclasses that no other one builds upon."""
    for kind in vars(module).values():
        if isinstance(kind, type) and is_dataclass(kind) and not kind.__subclasses__():
            yield kind


def case_of(kind: Kind) -> Case:
    """A small case whose network has this layer, or this loss, and nothing else."""
    required = [f.name for f in fields(kind) if f.default is MISSING]
    one = kind(**dict.fromkeys(required, 1))
    network = Network(2, (one,), SquaredError()) if is_layer(kind) else Network(2, (), one)
    return Case(network, 2, "float64", Drawn("tame", 0))


def is_layer(kind: Kind) -> bool:
    """Layers have a signature, losses have none."""
    return hasattr(kind, "signature")


def in_union(kind: Kind) -> bool:
    """Whether the union of layers, or of losses, has it."""
    return kind in get_args(architectures.Layer if is_layer(kind) else architectures.Loss)


def in_names(kind: Kind) -> bool:
    """Whether it can be imported from `architectures`."""
    return kind.__name__ in architectures.__all__ and hasattr(architectures, kind.__name__)


def in_table(kind: Kind) -> bool:
    """Whether a rule derived by hand is listed for it."""
    return kind in (LAYER_RULES if is_layer(kind) else LOSS_RULES)


def in_torch(kind: Kind) -> bool:
    """Whether torch's `match` has a case for it, rather than end in assert_never."""
    case = case_of(kind)
    tensors, target = values(case)
    named = {name: torch.from_numpy(t) for name, t in tensors.items()}
    return reaches(partial(torch_autograd.evaluate, case.network, named, torch.from_numpy(target)))


def in_jax(kind: Kind) -> bool:
    """Whether jax's `match` has a case for it, rather than end in assert_never; traced, not run."""
    case = case_of(kind)
    return reaches(partial(jax.eval_shape, partial(jax_grad.evaluate, case.network), *values(case)))


def reaches(evaluate: Callable[[], Any]) -> bool:
    """Whether an evaluation comes to its end."""
    try:
        evaluate()
    except AssertionError:
        return False
    return True


def in_strategies(kind: Kind) -> bool:
    """Whether random cases ever have it."""
    drawn = [*strategies.layers([(1, 0)]), *strategies.ACTIVATIONS, *strategies.LOSSES]
    return any(type(one) is kind for one in drawn)


REGISTERS = {
    "the union in architectures/layers.py or losses.py": in_union,
    "architectures/__init__.py": in_names,
    "manual/table.py": in_table,
    "reference/torch_autograd.py": in_torch,
    "reference/jax_grad.py": in_jax,
    "architectures/strategies.py": in_strategies,
}


def forgotten(kind: Kind) -> list[str]:
    """The registers that do not know a layer or a loss, in the words that a failure shows."""
    return [
        f"{kind.__name__} is forgotten in {file}" for file, on in REGISTERS.items() if not on(kind)
    ]


KINDS = [*written(layers_module), *written(losses_module)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_register_knows_it(kind: Kind) -> None:
    """Whatever is defined as a layer or a loss has its rule, its witnesses and its strategy."""
    missing = forgotten(kind)
    assert not missing, "; ".join(missing)


def test_the_rulebook_has_no_rule_for_what_is_gone() -> None:
    """The unions and the tables of rules name the same layers and losses, none twice."""
    assert {*LAYER_RULES} == {*get_args(architectures.Layer)}
    assert {*LOSS_RULES} == {*get_args(architectures.Loss)}
    assert len(KINDS) == len({*KINDS}) == len(LAYER_RULES) + len(LOSS_RULES)


@dataclass(frozen=True, slots=True)
class NewLayer(Elementwise):
    """A layer that somebody defined, and wrote down nowhere else."""

    slope: float = 1.0


@dataclass(frozen=True, slots=True)
class NewLoss(Regression):
    """A loss that somebody defined, and wrote down nowhere else."""


@pytest.mark.parametrize(
    ("module", "kind"), [(layers_module, NewLayer), (losses_module, NewLoss)], ids=["layer", "loss"]
)
def test_a_new_one_is_missed_everywhere(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, kind: Kind
) -> None:
    """The roll call finds a definition by itself, and names each file that lacks it."""
    monkeypatch.setattr(module, kind.__name__, kind, raising=False)
    assert kind in written(module)
    assert forgotten(kind) == [f"{kind.__name__} is forgotten in {file}" for file in REGISTERS]


def test_one_gap_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that misses in one file is reported for this file and for no other."""
    monkeypatch.setattr(strategies, "ACTIVATIONS", ())
    monkeypatch.delitem(LAYER_RULES, Dense)
    assert forgotten(ReLU) == ["ReLU is forgotten in architectures/strategies.py"]
    assert forgotten(Dense) == ["Dense is forgotten in manual/table.py"]
