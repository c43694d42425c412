"""A PyTorch function run by torch itself in float64 on the CPU, whatever its own dtype is."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree

from backproof.checks.behaviour.attempts import sealed
from backproof.checks.in_torch.draws import Draws
from backproof.checks.in_torch.run import Trial
from backproof.exact.precision import Array
from backproof.programs.aten.arguments import outputs
from backproof.programs.aten.call import Call
from backproof.programs.aten.state import kept, seed_all, set_up
from backproof.programs.aten.tensors import handed
from backproof.verdict.decisions import DEPENDS

SHORT = (torch.float32, torch.float16, torch.bfloat16)
SHORTENING = (torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16)
Results = tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]


class Doubled(TorchFunctionMode):
    """While it is on, every float is a double on the CPU, where it is not one already; tensors that
    a function captured are replaced by copies of them.
    """

    def __init__(self) -> None:
        super().__init__()
        # by the ids of the originals, each of which is kept, so that no id is given out twice
        self.copies: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs = pytree.tree_map(self._double, (args, kwargs or {}))
        return (torch.Tensor.double if func in SHORTENING else func)(*args, **kwargs)

    def _double(self, x: Any) -> Any:
        if isinstance(x, torch.dtype):
            return torch.float64 if x in SHORT else x
        if not isinstance(x, torch.Tensor) or (x.dtype not in SHORT and x.device.type == "cpu"):
            return x
        if id(x) not in self.copies:
            dtype = torch.float64 if x.dtype in SHORT else x.dtype
            self.copies[id(x)] = x, x.detach().to("cpu", dtype)
        return self.copies[id(x)][1]


@contextmanager
def doubled(
    call: Call, draws: Draws | None = None
) -> Iterator[Callable[[Mapping[str, Any]], Results]]:
    """A function of tensors by name: the outputs of the call, and the leaves that they are of.

    draws: the random numbers to use; without them they are those of a seed.
    """
    with sealed(), kept(call.roots), set_up(call.devices):
        function = call.fresh()
        if isinstance(function, torch.nn.Module):
            function = function.to("cpu", torch.float64)
        torch.set_default_dtype(torch.float64)
        flat = [x.cpu() if isinstance(x, torch.Tensor) else x for x in handed(call.flat)]

        def run(at: Mapping[str, Any]) -> Results:
            seed_all(0, [])
            leaves = {
                name: torch.from_numpy(np.array(at[name], np.float64)).requires_grad_()
                for name in call.leaves
            }
            mode = Doubled()
            if draws is None or not draws.drawn:
                with mode:
                    return outputs(call(function, leaves, _cast(flat))), leaves
            with draws.replayed(), mode:
                return outputs(call(function, leaves, _cast(flat))), leaves

        yield run


def drawn(call: Call) -> Draws:
    """The random numbers that a call draws, forward and backward, at its own point."""
    draws, trial = Draws(), Trial(call, call.fresh())
    with (
        suppress(Exception),  # a backward pass that raises has drawn all that it will
        sealed(),
        kept(call.roots),
        set_up(call.devices),
        draws.recorded(),
    ):
        run = trial.forward(call.tensors)
        trial.pull(run, {name: np.ones_like(y) for name, y in run.outputs.items()})
    return draws


def slopes(
    ys: Sequence[torch.Tensor], leaves: Mapping[str, torch.Tensor], dys: Sequence[torch.Tensor]
) -> dict[str, Array]:
    """The gradients that autograd has, by name, in float64."""
    reached = [(y, dy) for y, dy in zip(ys, dys, strict=True) if y.requires_grad]
    if not reached:
        return {}
    some, given = zip(*reached, strict=True)
    with Doubled():
        found = list[torch.Tensor | None](
            torch.autograd.grad(some, list(leaves.values()), given, allow_unused=True)
        )
    named = zip(leaves, found, strict=True)
    return {name: g.detach().numpy() for name, g in named if g is not None}


def depends(call: Call, names: Collection[str]) -> set[str]:
    """The leaves of which any small change changes an output: they have a gradient that is not 0.

    Of a step function, whose gradient is 0, an output changes to one side at most. None where the
    function cannot be run.
    """
    at: dict[str, Array] = {n: t.astype(np.float64) for n, t in call.tensors.items()}
    steps = {n: DEPENDS * np.abs(at[n]) + DEPENDS**2 for n in names}
    try:
        with doubled(call) as run:
            here = _numbers(run(at))
            sides = {
                n: [_numbers(run({**at, n: at[n] + sign * step})) for sign in (1, -1)]
                for n, step in steps.items()
            }
    except Exception:  # somebody's code in a dtype that is not its own
        return set()
    return {n for n, moved in sides.items() if not any(map(partial(_same, here), moved))}


def _numbers(results: Results) -> list[Any]:
    return [y.detach().numpy() for y in results[0].values()]


def _same(these: Sequence[Any], those: Sequence[Any]) -> bool:
    return all(map(np.array_equal, these, those))


def _cast(flat: Sequence[Any]) -> list[Any]:
    floats = [isinstance(x, torch.Tensor) and x.is_floating_point() for x in flat]
    return [x.double() if is_float else x for x, is_float in zip(flat, floats, strict=True)]
