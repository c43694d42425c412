"""Fourier transforms: the one function that all of numpy.fft is made of, as steps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof.exact.primitives import elementwise as e
from backproof.exact.primitives import fourier as f
from backproof.exact.primitives.moves import moved
from backproof.exact.record import Step
from backproof.programs.numpy.operands import is_known, known, plain, step_of
from backproof.programs.numpy.tape import Tape


def transform(tape: Tape, function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's own transform of one axis, with its steps."""

    def stand_in(
        a: Any, n: Any, axis: int, is_real: bool, is_forward: bool, norm: Any, out: Any = None
    ) -> Any:
        if not is_known(a):
            return function(a, n, axis, is_real, is_forward, norm, plain(out))
        result = function(plain(a), n, axis, is_real, is_forward, norm)
        step, along = step_of(tape, a), axis % a.ndim
        length = result.shape[along] if not is_real or not is_forward else n or a.shape[along]
        scale = _scale(norm, length, is_forward)

        def build() -> Step:
            if is_real and is_forward:
                y = f.rfft(_whole(_cut(step, length, along)), (along,))
            elif is_real:
                y = f.irfft(_whole(step), length, (along,))
            else:
                x = _whole(_cut(step, length, along))
                y = f.fft(x, axes=(along,)) if is_forward else f.ifft(x, axes=(along,))
            return y if scale == 1 else y * scale

        made = known(tape, result, tape.settle(build, result))
        if out is None:
            return made
        out[...] = made
        return out

    return stand_in


def _whole(x: Step) -> Step:
    return x if x.is_complex else e.complex_(x, 0.0 * x)


def _cut(x: Step, n: int, axis: int) -> Step:
    """The first n along an axis, with zeros where there are fewer."""
    have = x.shape[axis]
    if have == n:
        return x
    after = [(0, max(n - have, 0) if k == axis else 0) for k in range(x.ndim)]
    return moved(lambda p: np.pad(np.take(p, range(min(n, have)), axis), after), x)


def _scale(norm: Any, n: int, is_forward: bool) -> float:
    """By what a transform is multiplied, where the inverse alone is divided by n otherwise."""
    of = {"ortho": float(np.sqrt(n)), "forward": float(n)}.get(norm or "backward", 1.0)
    return 1 / of if is_forward else of
