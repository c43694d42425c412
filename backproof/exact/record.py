"""A record: the elementary steps of one run, in order, each with the float value that it had."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from backproof.exact.place import Escape, Place
from backproof.exact.precision import FLOAT64, Precision, coarser
from backproof.exact.primitive import BY_UFUNC, CONSTANT, INPUT, NUMBER, Exact, Primitive

Values = np.ndarray[Any, Any]
NO_SETTINGS: Mapping[str, Any] = {}


class Step(NDArrayOperatorsMixin):
    """One use of a primitive, and the array that it made.

    value: the float value that the run had, in float64 (complex128 for complex numbers), or the
    integers and truth values of a decision. precision: the format of the run's own number; None
    for what is exact or no float. accumulator: the format in which a sum was added up. scalar:
    whether the run's own value was a number of the code, no array. began: the number of the first
    step of the operation of the run that this is the result of. Operators and NumPy's functions
    on steps append the steps that they stand for.
    """

    __slots__ = (
        "accumulator",
        "began",
        "inputs",
        "number",
        "place",
        "precision",
        "primitive",
        "record",
        "scalar",
        "settings",
        "value",
    )

    def __init__(
        self,
        record: "Record",
        primitive: Primitive,
        inputs: tuple["Step", ...],
        settings: Mapping[str, Any],
        value: Values,
        precision: Precision | None,
        accumulator: Precision | None = None,
        place: Place | None = None,
        scalar: bool = False,
    ) -> None:
        self.record, self.number = record, len(record.steps)
        self.primitive, self.inputs, self.settings = primitive, inputs, settings
        self.value, self.precision, self.place = value, precision, place
        self.accumulator, self.scalar = accumulator or precision, scalar
        self.began = self.number

    @property
    def named(self) -> str:
        """What it does and, as far as that is known, where: "greater at layers.py:12"."""
        name = self.primitive.name.replace("_", " ")
        return f"{name} at {self.place}" if self.place else name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.value.shape

    @property
    def size(self) -> int:
        """How many elements it has."""
        return self.value.size

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return self.value.ndim

    @property
    def is_float(self) -> bool:
        """Whether a derivative can pass: not for integers, truth values and indices."""
        return self.value.dtype.kind in "fc"

    @property
    def is_complex(self) -> bool:
        """Whether its numbers are complex."""
        return self.value.dtype.kind == "c"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs or ufunc not in BY_UFUNC:
            return NotImplemented
        return BY_UFUNC[ufunc](*inputs)

    def __eq__(self, other: object) -> Any:
        return self is other

    def __ne__(self, other: object) -> Any:
        return self is not other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        given = ", ".join(f"%{s.number}" for s in self.inputs)
        return f"%{self.number} = {self.primitive.name}({given}) {self.shape}"


class Record:
    """The steps of one run, each after those whose values it reads.

    inputs: the steps that stand for the arguments, by name. place, context: where in somebody's
    code the next steps stand, and the formats that they have there (its own, and that of its sums).
    unlike: steps whose float value is not near that of the step on its own float inputs. escapes:
    where values left the record.
    """

    __slots__ = ("context", "escapes", "inputs", "place", "steps", "unlike")

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.inputs: dict[str, Step] = {}
        self.unlike: list[Step] = []
        self.escapes: list[Escape] = []
        self.place: Place | None = None
        self.context: tuple[Precision | None, Precision | None] | None = None

    def input(self, name: str, value: Any, precision: Precision | None = None) -> Step:
        """The step that stands for an argument."""
        step = self.append(INPUT, (), {"name": name}, numbers_of(value), precision or FLOAT64)
        self.inputs[name] = step
        return step

    def constant(
        self, value: Any, precision: Precision | None = None, scalar: bool = False
    ) -> Step:
        """A step for numbers that the run was given; scalar: one number of the code itself."""
        return self.append(CONSTANT, (), NO_SETTINGS, numbers_of(value), precision, scalar=scalar)

    def step(self, x: Any) -> Step:
        """An argument of a primitive as a step: a number of the code is a constant."""
        if isinstance(x, Exact):
            formats = self.context or (None, None)
            return self.append(NUMBER, (), {"of": x}, np.array(float(x)), *formats)
        return x if isinstance(x, Step) else self.constant(x)

    def apply(self, primitive: Primitive, args: Sequence[Any], settings: Mapping[str, Any]) -> Step:
        """A new last step whose value is computed here, in float64.

        Its formats are those of the context, the run's operation that it is a part of; else those
        of the coarsest input.
        """
        steps = tuple(map(self.step, args))
        with np.errstate(all="ignore"):
            value = np.asarray(primitive.floats(*(s.value for s in steps), **settings))
        if value.dtype.kind not in "fc":
            return self.append(primitive, steps, settings, value, None)
        known = [s.precision for s in steps if s.precision]
        formats = self.context or (coarser(*known) if known else FLOAT64, None)
        return self.append(primitive, steps, settings, value, *formats)

    def append(
        self,
        primitive: Primitive,
        inputs: tuple[Step, ...],
        settings: Mapping[str, Any],
        value: Values,
        precision: Precision | None,
        accumulator: Precision | None = None,
        scalar: bool = False,
    ) -> Step:
        """A new last step."""
        step = Step(
            self, primitive, inputs, settings, value, precision, accumulator, self.place, scalar
        )
        self.steps.append(step)
        return step


def numbers_of(value: Any) -> Values:
    """A copy of an array, its floats in float64 or complex128; all other kinds as they are."""
    array = np.asarray(value)
    if array.dtype.kind == "f" or str(array.dtype) == "bfloat16":
        return array.astype(np.float64)
    return array.astype(np.complex128) if array.dtype.kind == "c" else array.copy()
