"""The way in for PyTorch: a function or a module, and its own autograd."""

from collections.abc import Callable, Mapping
from typing import Any

from backproof.checks.accepted import Accept
from backproof.checks.accepted import checked as checked_accept
from backproof.checks.claim import Claim
from backproof.checks.domains import Domain, checked, within
from backproof.checks.request import Asked, callables, called
from backproof.checks.sampling import Inputs, judge_points
from backproof.programs.signature import title
from backproof.verdict import Verdict
from backproof.verdict.decisions import SECONDS
from backproof.verdict.witnesses import TORCH, require


def check_torch(
    function: Callable[..., Any],
    *args: Any,
    reference: Callable[..., Any] | None = None,
    name: str | None = None,
    seed: int = 0,
    dtype: Any = None,
    domain: Mapping[str, Domain] | Domain | None = None,
    argnums: int | tuple[int, ...] | None = None,
    inputs: Inputs | None = None,
    seconds: float = SECONDS,
    accept: Accept | None = None,
) -> Verdict:
    """Judge what torch's autograd says of a function: its own rules, custom Functions included.

    function: a torch.nn.Module, the `apply` of an autograd.Function, or any function of tensors.
    args: tensors, or anything that they lie in; what holds no floats passes through. Judged are the
    gradients by a module's parameters, by their names, and by the arguments' tensors: those that
    require a gradient if any does, or else all. What is returned may be one number, the loss, or
    tensors in any structure, which are weighed by random cotangents. reference: the same function
    in plain operations of torch, which autograd differentiates as well. dtype: torch's own, or its
    name. The other options are those of `check`.

    Nothing of the caller's is changed. Raises ValueError where there is nothing to differentiate by
    or the arguments lie outside of their domain, and `WitnessAbsent` where there is no torch.
    """
    callables(function=function)
    require(TORCH)
    from backproof.checks.in_torch.claim import torch_claim
    from backproof.programs.aten.arguments import take_apart
    from backproof.programs.aten.call import custom_function

    custom = custom_function(function)
    known = title(custom or function)
    written = f"{known}.apply" if custom else known
    allowed = checked_accept(accept)
    again = called("check_torch", (written,), "args", seed, reference, allowed)
    asked = Asked("check_torch", name or known, again, seed, seconds, reference)

    def claim(*point: Any) -> Claim:
        call = take_apart(function, point, dtype, argnums)
        return within(torch_claim(call, asked), checked(domain, dict(call.tensors)))

    return judge_points(claim, args, inputs, seed, allowed)
