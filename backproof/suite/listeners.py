"""Who hears every verdict that is reached on `manual`'s own gradients."""

from collections.abc import Callable

from backproof.verdict import Verdict

LISTENERS: list[Callable[[Verdict], None]] = []
"""Called with every verdict on `manual`'s own gradients: the detection of a fault is no news."""
