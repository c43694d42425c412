"""What a NumPy number answers besides arithmetic, for balls in code that was written for floats."""

import numbers
from typing import Any, Self

import flint
import numpy as np

from reference.exact.arithmetic import CannotFollow, Watch, where

HALF = flint.arb(0.5)


class Scalar:
    """The part of a ball that is no arithmetic: attributes of a number, whole numbers, copies.

    Where a ball leaves open which whole number is meant, it refuses to say.
    """

    __slots__ = ()

    value: flint.arb
    dtype = np.dtype(np.float64)
    shape: tuple[int, ...] = ()
    ndim, size = 0, 1

    @property
    def real(self) -> Self:
        """Itself."""
        return self

    T = real

    def _itself(self, *_: Any, **__: Any) -> Self:
        return self

    item = copy = conjugate = conj = sum = mean = max = min = squeeze = astype = _itself
    __copy__ = __deepcopy__ = _itself

    def floor(self) -> Self:
        """The largest whole number below."""
        return self._whole(self.value.floor())

    def ceil(self) -> Self:
        """The smallest whole number above."""
        return self._whole(self.value.ceil())

    def trunc(self) -> Self:
        """The whole number towards 0."""
        return self.floor() if self >= 0 else self.ceil()  # type: ignore[operator]

    def rint(self) -> Self:
        """The nearest whole number, of two the even one."""
        nearest = self._whole((self.value + HALF).floor())
        if nearest.value - self.value == HALF:
            Watch.ties += 1
            return type(self)(2 * (nearest.value / 2).floor())  # type: ignore[call-arg]
        return nearest

    def _whole(self, value: flint.arb) -> Self:
        if not value.is_exact():
            raise CannotFollow(f"a whole number is undecided at {flint.ctx.prec} bits {where()}")
        Watch.ties += value == self.value
        return type(self)(value)  # type: ignore[call-arg]

    def _integer(self) -> int:
        return int(self.value.unique_fmpz())  # type: ignore[arg-type]

    __floor__, __ceil__, __trunc__ = floor, ceil, trunc

    def __floordiv__(self, other: Any) -> Any:
        return (self / other).floor()

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other

    def __int__(self) -> int:
        return self.trunc()._integer()

    def __round__(self, digits: int | None = None) -> Any:
        if digits is None:
            return self.rint()._integer()
        scale = flint.arb(10) ** digits
        return type(self)(type(self)(self.value * scale).rint().value / scale)  # type: ignore[call-arg]

    def __format__(self, spec: str) -> str:
        """What a reader of a log would see: the midpoint, as a float."""
        return format(float(self.value.mid()), spec)


numbers.Real.register(Scalar)
