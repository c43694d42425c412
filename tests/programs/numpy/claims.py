"""The trial set of NumPy claims as the front end records them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from wild import CLAIMS, WildClaim
from wild.trial import copied, pose, tensors
from wild.trial import gradients as named

from backproof.programs.nodes import mapped
from backproof.programs.numpy.running import run_layer, run_pair
from backproof.programs.run import Run

LONGEST = 20_000
NOT_RUN = {"hangs", "raises", "not-deterministic", "not-finite", "loss-not-finite", "state"}
"""Claims whose runs end in no gradient, or in another each time."""


def record(claim: WildClaim, at: Mapping[str, Any] | None = None) -> Run:
    """A claim's run, at its own tensors or at others."""
    posed = pose(claim, 0)
    given = at or {n: np.array(t) for n, t in tensors(posed.args).items()}

    def rebuild(values: Mapping[str, Any]) -> list[Any]:
        paths = iter(tensors(posed.args))
        floats = lambda x: isinstance(x, np.ndarray | np.floating) and x.dtype.kind == "f"  # noqa: E731
        put = lambda _, x: values[next(paths)] if floats(x) else x  # noqa: E731
        return [mapped(put, "", x) for x in copied(posed.args)]

    def found(returned: Any) -> dict[str, Any]:
        return {n: g for n, g in named(posed.args, returned).items() if n in given}

    if posed.forward is None:
        return run_pair(posed.loss, posed.gradient, given, rebuild, found, most=LONGEST)
    random = np.random.default_rng(1)
    dys: dict[str, Any] = {}

    def cotangent(name: str, y: Any) -> Any:
        return dys.setdefault(name, random.normal(size=np.shape(y)).astype(y.dtype))

    return run_layer(posed.forward, posed.backward, given, rebuild, found, cotangent, most=LONGEST)


RUNNING = [c for c in CLAIMS if c.cause not in NOT_RUN]
