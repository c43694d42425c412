"""The claim: backprop derived by hand, in NumPy that any number type can run through."""

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
