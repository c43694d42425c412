"""Planted faults: named mistakes in the backward pass, by which a checker's power is measured."""

from collections.abc import Mapping

from backproof.faults.conduct import CONDUCT
from backproof.faults.fault import CAUSES, Cause, Fault, claim_with
from backproof.faults.formulas import FORMULAS
from backproof.faults.losses import LOSSES
from backproof.faults.products import PRODUCTS
from backproof.faults.subtle import SUBTLE

FAULTS: Mapping[str, Fault] = {
    fault.key: fault for fault in (*FORMULAS, *PRODUCTS, *LOSSES, *CONDUCT, *SUBTLE)
}
"""Every fault by its key, family by family."""

__all__ = ["CAUSES", "FAULTS", "Cause", "Fault", "claim_with"]
