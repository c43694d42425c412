"""Planted faults: named mistakes in the backward pass, by which a checker's power is measured."""

from collections.abc import Mapping

from backproof.faults.behaviour import BEHAVIOUR
from backproof.faults.fault import CAUSES, Cause, Fault, claim_with
from backproof.faults.formulas import FORMULAS
from backproof.faults.losses import LOSSES
from backproof.faults.products import PRODUCTS
from backproof.faults.subtle import SUBTLE

FAULTS: Mapping[str, Fault] = {
    fault.key: fault for fault in (*FORMULAS, *PRODUCTS, *LOSSES, *BEHAVIOUR, *SUBTLE)
}
"""Every fault by its key, family by family."""


class NoSuchFault(ValueError):
    """No fault has that name; the message lists those that have one."""


def named(key: str) -> Fault:
    """The fault of a key; raises `NoSuchFault` if there is none."""
    if key not in FAULTS:
        raise NoSuchFault(f"no fault is called {key!r}; there are {', '.join(sorted(FAULTS))}")
    return FAULTS[key]


__all__ = ["CAUSES", "FAULTS", "Cause", "Fault", "NoSuchFault", "claim_with", "named"]
