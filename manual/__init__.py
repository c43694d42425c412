"""The claim: backprop derived by hand, in plain NumPy and SciPy."""

from manual.network import forward, gradient, loss
from manual.rules import LossPullback, LossRule, Pullback, Rule
from manual.table import LAYER_RULES, LOSS_RULES

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
