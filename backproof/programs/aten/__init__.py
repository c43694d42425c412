"""PyTorch's front end: every ATen operation of a run, forward and backward, becomes steps."""

from backproof.programs.aten.running import run_call, run_function

__all__ = ["run_call", "run_function"]
