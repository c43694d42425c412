"""`backproof.gradient`: the true gradient of anybody's loss, its bounds and its digits."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from torch import nn

import backproof
from backproof.programs.run import CannotFollow

X = np.array([0.5, 0.7, 1.3])
DIGITS = 40


def decimals(x: Any) -> list[Decimal]:
    """d/dx of (sum of log x)^2, to more digits than are asked for."""
    with localcontext(prec=DIGITS + 20):
        values = [Decimal(float(v)) for v in x]
        total = sum((v.ln() for v in values), Decimal(0))
        return [2 * total / v for v in values]


def in_numpy(x: Any) -> Any:
    """The same loss in each framework."""
    return np.log(x).sum() ** 2


def in_torch(x: Any) -> Any:
    """In torch's terms."""
    return x.log().sum() ** 2


def in_jax(x: Any) -> Any:
    """In JAX's."""
    return jnp.log(x).sum() ** 2


ARRAYS: list[tuple[Callable[[Any], Any], Any]] = [
    (in_numpy, X),
    (in_numpy, X.astype(np.float32)),
    (in_numpy, X.astype(np.float16)),
    (in_torch, torch.tensor(X)),
    (in_torch, torch.tensor(X, dtype=torch.float32)),
    (in_torch, torch.tensor(X, dtype=torch.bfloat16)),
    (in_torch, torch.tensor(X, dtype=torch.float16)),
    (in_jax, X.astype(np.float32)),
    (in_jax, jnp.asarray(X, dtype=jnp.bfloat16)),
]


@pytest.mark.parametrize(("loss", "x"), ARRAYS)
def test_bounds_hold_and_digits_are_right_in_every_format(loss: Any, x: Any) -> None:
    """Of the numbers that the format holds: what a wider computation says lies within the bound."""
    given = jnp.asarray(x) if loss is in_jax else x
    found = backproof.gradient(loss, given, digits=DIGITS)
    ((name, values),) = found.values.items()
    assert values.dtype == np.float64
    numbers = given.double() if isinstance(given, torch.Tensor) else np.asarray(given, np.float64)
    for k, true in enumerate(decimals(numbers)):
        apart = abs(true - Decimal(float(values[k])))
        assert apart <= Decimal(float(found.bounds[name][k])) * (1 + Decimal(2) ** -40)
        assert found.bounds[name][k] <= np.spacing(abs(values[k]))
        assert abs(true - Decimal(found.digits[name][k])) <= abs(true) * Decimal(10) ** (1 - DIGITS)


def test_arguments_are_named_chosen_and_of_any_structure() -> None:
    """The names that the checks have for them; `argnums` leaves the others out."""

    def loss(p: Any, s: Any) -> Any:
        return (p["w"] * p["b"][0]).sum() * s

    args = {"w": X, "b": [2.0]}, 3.0
    assert set(backproof.gradient(loss, *args).values) == {"p['w']", "p['b'][0]", "s"}
    found = backproof.gradient(loss, *args, argnums=1).values
    assert list(found) == ["s"]
    assert found["s"] == float(2 * sum(map(Decimal, X)))


def test_a_module_s_parameters_have_a_gradient_and_stay_as_they_are() -> None:
    """With buffers and random states."""
    module = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5)).double()
    before = {n: t.clone() for n, t in module.state_dict().items()}
    x, loss = torch.randn(4, 3, dtype=torch.float64), nn.Sequential(module, nn.Flatten(0))
    state = torch.get_rng_state()
    found = backproof.gradient(lambda x: loss(x).sum(), x)
    assert list(found.values) == ["x"]
    assert all(torch.equal(before[n], t) for n, t in module.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state)
    assert all(p.grad is None for p in loss.parameters())


def test_a_convention_of_the_run_is_the_branch_that_it_took() -> None:
    """At a tie; and what has a slope to either side of 0 times infinity has that."""
    relu = backproof.gradient(lambda x: np.where(x > 0, x, 0.0).sum(), np.array([0.0, 1.0]))
    assert relu.values["x"].tolist() == [0.0, 1.0]
    square = backproof.gradient(lambda x: np.linalg.norm(x) ** 2, np.zeros(2))
    assert square.values["x"].tolist() == [0.0, 0.0]


def test_what_cannot_be_told_is_refused_with_its_reason() -> None:
    """A value that escapes, a step without a rule, no loss, nothing to differentiate by."""
    with pytest.raises(CannotFollow, match="a value leaves the record"):
        backproof.gradient(lambda x: np.sum([float(repr(float(v))) for v in x]), X)
    shape = jax.ShapeDtypeStruct((3,), jnp.float32)
    with pytest.raises(CannotFollow, match="pure_callback"):
        backproof.gradient(lambda x: jax.pure_callback(np.sin, shape, x).sum(), jnp.ones(3))
    with pytest.raises(ValueError, match="a loss is one number"):
        backproof.gradient(lambda x: x * 2, X)
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        backproof.gradient(lambda n: n * 2, torch.tensor(3))


def test_a_loss_of_many_numbers_has_one_too() -> None:
    """Ten thousand, in one sweep."""
    x = np.linspace(-1, 1, 10_000)
    found = backproof.gradient(lambda x: (x * x).sum() / 2, x)
    np.testing.assert_array_equal(found.values["x"], x)
