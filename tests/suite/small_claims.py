"""One small case, and claims to its gradient that are wrong where a test says so."""

from typing import Any

from backproof import manual
from backproof.architectures import Case, CrossEntropy, Dense, Drawn, Network, Tanh
from backproof.faults.claims import Claim

NETWORK = Network(3, (Dense(4), Tanh(), Dense(2)), CrossEntropy("sum"))
CASE = Case(NETWORK, 5, "float64", Drawn("tame", 7))


def claim(**rules: Any) -> Claim:
    """`manual`'s claim to the network, with the rules of some layers, by name, replaced."""
    kinds = {kind.__name__: kind for kind in manual.LAYER_RULES}
    changed = {kinds[name]: rule for name, rule in rules.items()}
    return Claim(NETWORK, {**manual.LAYER_RULES, **changed})


def spoiled(spoil: Any) -> Any:
    """The dense rule, with its pullback's results passed through `spoil(dx, dp)`."""

    def rule(layer: Any, p: Any, x: Any) -> Any:
        y, pullback = manual.LAYER_RULES[Dense](layer, p, x)
        return y, lambda dy: spoil(*pullback(dy))

    return rule
