"""Which planted fault has these results: a network's wrong gradient, matched by doing the same."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backproof.architectures import Case
from backproof.diagnosis.deviation import as_floats, largest
from backproof.faults import FAULTS, Cause, claim_with
from backproof.faults.claims import Claim, tensors_of

CODES: Mapping[Cause, str] = {
    "sign": "BP101",
    "missing or extra 1/N": "BP102",
    "wrong axis or reshape for transpose": "BP103",
    "diagonal for the full Jacobian": "BP108",
    "upstream gradient ignored": "BP109",
    "stub": "BP110",
    "assignment for accumulation": "BP112",
    "double count": "BP113",
    "clipped or rescaled in backward": "BP114",
    "regulariser on one side": "BP115",
    "derivative at the output": "BP116",
    "clamp or epsilon on one side": "BP118",
    "wrong variable": "BP120",
    "path left out": "BP121",
    "factor left out": "BP121",
    "wrong shape": "BP203",
    "the reported loss is another function": "BP401",
}
"""The code that says more of a fault's cause; causes that say enough themselves have none."""

ROUNDING = 256.0
"""So many units in the last place of a tensor's largest element are rounding."""
EXPLAINED = 1e-3
"""A fault that leaves more than this part of the error is not the one."""


def match_planted(case: Case, results: Mapping[str, Any]) -> str | None:
    """The key of the fault whose claim gives these gradients by name, to rounding.

    The nearest of all faults in the layers and the loss of the case; None where the right claim
    gives them as well, and where no fault does.
    """
    rounding = ROUNDING * float(np.finfo(case.dtype).eps)
    right = _distance(results, _results(Claim(case.network), case))
    kinds = {type(one) for one in (*case.network.layers, case.network.loss)}
    found = {
        key: _distance(results, _results(claim_with(fault, case.network), case))
        for key, fault in FAULTS.items()
        if fault.layer in kinds
    }
    best = min(found, key=lambda key: found[key], default=None)
    if best is None or right <= rounding:
        return None
    return best if found[best] <= min(rounding, EXPLAINED * right) else None


def _results(claim: Claim, case: Case) -> Mapping[str, Any]:
    try:
        with np.errstate(all="ignore"):
            return claim.gradient(tensors_of(case))
    except Exception:  # a planted fault may stop a network in which it does not fit
        return {}


def _distance(these: Mapping[str, Any], those: Mapping[str, Any]) -> float:
    """The largest part by which any tensor of `these` differs; infinite for another shape."""
    return max((_apart(these[name], those.get(name, "")) for name in these), default=np.inf)


def _apart(this: Any, that: Any) -> float:
    if this is None or that is None:
        return 0.0 if this is that else np.inf
    a, b = as_floats(this), as_floats(that)
    if a is None or b is None or a.shape != b.shape:
        return np.inf
    if not (np.isfinite(a) == np.isfinite(b)).all():
        return np.inf
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    size = max(largest(a), largest(b))
    return largest(a - b) / size if size else 0.0
