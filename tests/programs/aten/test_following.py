"""What is followed and what is not, on trial: escapes, unknown operations, lines, cuts."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from backproof.programs.run import CannotFollow
from programs.aten.judging import recorded, residues, truth, values_apart

X = torch.tensor([1.25], dtype=torch.float64)


class Cubed(torch.autograd.Function):
    """x^3, of which the backward may go by a way of its own."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, way: Callable[[Any, Any], Any]) -> torch.Tensor:
        """y = x^3."""
        ctx.save_for_backward(x)
        ctx.way = way
        return x**3

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> tuple[Any, None]:
        """What the way makes of it."""
        return ctx.way(dy, *ctx.saved_tensors), None


def by_numpy(dy: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Right, outside of torch."""
    return torch.from_numpy(3 * x.numpy() ** 2 * dy.numpy())


def by_item(dy: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Right for one element, by a number of Python."""
    return dy * (3 * x[0].item() ** 2)


def by_what_is_unknown(dy: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """An operation without a rule."""
    return dy * torch.nextafter(3 * x * x, x)


def test_what_leaves_the_record_is_noted_with_its_line() -> None:
    """NumPy and `item` in a backward: an escape at the line that reads."""
    for way, what in ((by_numpy, "read by numpy"), (by_item, "read as float")):
        run = recorded(lambda x, way=way: Cubed.apply(x, way), X)
        escape = next(e for e in run.record.escapes if e.what == what)
        assert escape.place is not None
        assert escape.place.file == __file__
        assert escape.place.line == way.__code__.co_firstlineno + 2


def test_what_has_no_rule_is_named_and_claims_nothing() -> None:
    """In the backward the gradient is None and the record says why; in a forward it is refused."""
    run = recorded(lambda x: Cubed.apply(x, by_what_is_unknown), X)
    assert run.claimed["x"] is None
    assert any("aten.nextafter is not followed at" in e.what for e in run.record.escapes)
    assert truth(run)["x"] is not None
    with pytest.raises(CannotFollow, match=rf"aten\.nextafter is not followed at {__file__}:\d+"):
        recorded(lambda x: torch.nextafter(x, x + 1), X)
    with pytest.raises(CannotFollow, match=r"aten\.normal draws by what depends"):
        recorded(lambda x: torch.normal(x, x.exp()), X)
    unused = recorded(lambda x: (torch.nextafter(x, x + 1).sum(), x.sin())[1], X)
    assert max(residues(unused).values()) == 0


def test_memory_that_foreign_code_writes_is_noticed() -> None:
    """What NumPy puts into a tensor is a constant from then on."""

    def function(x: torch.Tensor) -> torch.Tensor:
        y = x * 2
        y.detach().numpy()[...] = 5.0
        return y * x

    run = recorded(function, X)
    assert any("written by foreign code" in e.what for e in run.record.escapes)
    assert values_apart(run) == 0


def doubled(x: torch.Tensor) -> torch.Tensor:
    """A line of its own."""
    return x.tanh() * 2


def test_steps_stand_at_the_authors_lines_backward_ones_at_their_forward_line() -> None:
    """To the columns, with the calls that led there."""
    run = recorded(lambda x: doubled(doubled(x)), X)
    first, second = (s for s in run.record.steps if s.primitive.name == "tanh")
    line = doubled.__code__.co_firstlineno + 2
    for step in (first, second, run.claimed["x"]):
        assert step is not None
        assert step.place is not None
        assert (step.place.file, step.place.line) == (__file__, line)
    assert first.place is not None
    assert first.place.start == len("    return ")
    assert first.place.calls != second.place.calls or first.place.calls[-1][0] == __file__


def test_what_the_code_detaches_is_a_step_that_says_so() -> None:
    """The truth goes through it; views of it count too, and it stays the same memory."""

    def function(x: torch.Tensor) -> torch.Tensor:
        y = x * 2
        return x * y.detach()[:1].exp() + x.data

    run = recorded(function, X)
    cuts = [s for s in run.record.steps if s.primitive.name == "cut"]
    assert len(cuts) == 2
    assert max(residues(run).values()) > 0.1
    assert values_apart(run) < 1e-15
