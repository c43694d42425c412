"""PyTorch functions in exact arithmetic: traced once to a program of ATen operations, the backward
pass included, which is then evaluated on balls, on short floats or on doubles.
"""

from reference.exact_torch.program import Program, evaluate
from reference.exact_torch.tracing import trace, trace_gradient

__all__ = ["Program", "evaluate", "trace", "trace_gradient"]
