"""The claim: backprop derived by hand, in plain NumPy and SciPy."""

from backproof.manual.network import forward, gradient, loss
from backproof.manual.rules import LossPullback, LossRule, Pullback, Rule
from backproof.manual.table import LAYER_RULES, LOSS_RULES

__all__ = [
    "LAYER_RULES",
    "LOSS_RULES",
    "LossPullback",
    "LossRule",
    "Pullback",
    "Rule",
    "forward",
    "gradient",
    "loss",
]
