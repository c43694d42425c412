"""For every number: within which bounds nothing turns on the trial set, and what turns something.

A factor of 2 to either side turns nothing. A factor of 100, to one side at least, turns something;
where the gap that was measured is wider than that, or a count has no such multiples, the table says
what does. What no claim in floats of NumPy can show says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """One of them.

    gross: by what may not stand in its place, the trial that finds it out. slight: what may; twice
    it and half of it where nothing is said. why: it is another factor, or none.
    """

    name: str
    gross: Mapping[Any, str] = field(default_factory=dict)
    slight: tuple[Any, ...] = ()
    why: str = ""

    def near(self, value: Any) -> tuple[Any, ...]:
        """What may stand in the place of a value."""
        if self.why == CLOCK:
            return ()
        if isinstance(value, tuple):
            return tuple(v * 2 for v in value), tuple(v / 2 for v in value)
        return self.slight or (2 * value, value // 2 if isinstance(value, int) else value / 2)


TIME = "it saves time alone: what is asked after it says the same"
GAP = "nothing lies in the gap that was measured, which is wider than a factor of 100"
COUNT = "a count: of these, small ones"
TORCH = "of torch's functions alone: tests/programs/aten"
KERNELS = "of kernels in halves alone: tests/checks/in_torch/test_kernels.py"
LOOPS = "of JAX's loops alone: tests/checks/in_jax/test_limits.py"
EXPONENT = "an exponent: 0.75 of all digits"
LOGARITHM = "a logarithm grows by 2, what has a limit by 1"
ORDERS = "orders are 1 or 2"
SIXTEEN = "the scatter of a kink grows 16 times"
RARE = "what it tells apart is met once in 1e5 elements, or in the last digit of a unit alone"
SWINGS = "few points of swinging losses show it: tests/differences draws more of them"
TOGETHER = "directions, blocks and elements are three ways to see the same"
DIAGNOSIS = "it names what is wrong, not that it is: tests/diagnosis/test_numbers.py moves it"
CLOCK = "seconds: the tests of limits in time say what they do"

DECISIONS = (
    Number("LIMIT", {800.0: "a backward not followed, off", 0.08: "dense"}),
    Number("DOUBTFUL", why=RARE),
    Number("SAMPLES", slight=(16, 4), why=RARE),
    Number("MANY", slight=(128, 32), why=RARE),
    Number("LIBRARY", {0.04: "half angle near 0"}),
    Number("LIBRARY_BITS", why=TIME),
    Number("NOTHING_LEFT", why=RARE),
    Number("LEFT", why=RARE),
    Number("KEPT", {0.64: "less than a format holds"}),
    Number("FIRST_DIGIT", {10.0: "every digit lost"}),
    Number("MANY_DIGITS", {300.0: "a variance that cancels"}),
    Number("FAITHFUL", {0.01: "dense, float16, 3% off"}),
    Number("SYMMETRIC", why=TORCH),
    Number("AS_RUN", why=TORCH),
    Number("LONGEST", {2000: "every digit lost"}),
    Number("FRAMES", why=TORCH),
    Number("BITS", {4: "more bits are needed"}, slight=(800, 300), why=COUNT),
    Number("MOST_BITS", {82: "more bits are needed"}),
    Number("KNOWN", {100 * 2.0**-20: "a few bits are needed"}),
    Number("SURELY", {0: "a few bits are needed"}, slight=(30, 20), why=COUNT),
    Number("LOST", {100 * 2.0**-20: "a small part is hidden"}),
    Number("ASIDE", {(2.0**-60,) * 3: "half followed"}, why=GAP),
    Number("ULPS_ASIDE", {0.04: "half followed, float16"}),
    Number("FARTHER", why=RARE),
    Number("BESIDE", {2: "x log x at 0, inf"}),
    Number(
        "GROWN",
        {150.0: "x log x at 0, inf"},
        slight=(1.8, 1.2),
        why=LOGARITHM,
    ),
    Number("UNEVEN", {1: "no gradient"}, slight=(120, 50), why=COUNT),
    Number("BOUNDED", {0.64: "norm at 0"}),
    Number("BENT", {1e10 * 2.0**-30: "a tilted corner"}, why=GAP),
    Number("MOVED", {400.0: "dense, float16, 3% off"}),
    Number("DIGITS", {400: "typed with 4 digits"}, slight=(3,), why=COUNT),
    Number("MEANT", {0: "typed with 16 digits"}, why=COUNT),
    Number("EQUATIONS", {0: "one number"}, why=COUNT),
    Number("TURNS", {1: "typed with 16 digits"}, slight=(8, 2), why=COUNT),
    Number("USED", {10.0: "typed with 4 digits"}, why=GAP),
    Number("APPROXIMATE", why=TORCH),
    Number("CONTRADICTED", {0.015: "dense, 1e-12 off"}, slight=(1.9, 1.1), why=ORDERS),
    Number("TAYLOR", {1: "dense, 1e-12 off"}, slight=(120, 80), why=COUNT),
    Number(
        "STAYS",
        {500.0: "a backward not followed, off", 0.05: "a backward not followed that rounds"},
    ),
    Number("POINTS", {1: "a backward not followed that rounds"}, why=COUNT),
    Number("NEARBY", {3e-9: "a backward not followed that rounds"}, why=GAP),
    Number("DOUBTED", slight=(3.0, 2.0), why=KERNELS),
    Number("ROUNDED_ANEW", why=KERNELS),
    Number("COARSE", {1e-4: "against another that refuses", 1e-8: "against what refuses"}),
    Number("TIED", {0.08: "a tie by rounding"}),
    Number("COMPARED", {1.0: "a tie by rounding"}, why=GAP),
    Number("ISOLATED", {1e-20: "a branch of one point"}, why=GAP),
    Number("CONVENTIONS", {1: "relu, 0.0 at 0"}, why=COUNT),
    Number("NEAR", why=TIME),
    Number("NEAR_UNITS", {0.0: "two tensors at a tie, float16"}, why=GAP),
    Number("ALIKE", {1e10: "a leaky corner"}, why=GAP),
    Number("ALIKE_BESIDE", {1e13: "relu, 1.0 at 0"}, why=GAP),
    Number("BRANCHES", {3.0: "at the border of a branch"}, slight=(0.6, 0.85), why=EXPONENT),
    Number("MADE_AGAIN", {4: "at the border of a branch"}, why=COUNT),
    Number("STAIRS", {40: "bisection"}, slight=(10, 6), why=COUNT),
    Number("FLAT", {12.5: "relu just above 0, half its slope", 1.25e-7: "bisection"}),
    Number("WIDEST", {2.5e-10: "bisection"}, why=GAP),
    Number("NARROWEST", {8e13: "bisection"}, why=GAP),
    Number("STAIRS_AGREE", {0.16: "bisection"}),
    Number("SETTLED", why=LOOPS),
    Number("RUN_ON", why=LOOPS),
    Number("CLOSER", why=LOOPS),
    Number("ULPS", {64e15: "another at every call"}, why=GAP),
    Number("CLEARLY", {100.0: "not linear"}, why=GAP),
    Number("MULTIPLES", {(-1.0, 2.0, 0.5): "a norm of its own"}),
    Number("SHORT_MULTIPLES", {(-1.0, 1.0): "a norm of its own, float16"}),
    Number("REPEATS", {0: "another by chance"}, slight=(12, 4), why=COUNT),
    Number("ON_THE_LINE", {1e-18: "another at every call"}, why=GAP),
    Number("DEPENDS", why=TORCH),
    Number("SECONDS", why=CLOCK),
    Number("SLOWER", why=CLOCK),
    Number("TELLING", why=DIAGNOSIS),
    Number("UNIT_UNKNOWN", why=DIAGNOSIS),
    Number("HIDDEN", why=DIAGNOSIS),
    Number("MOST_ELEMENTS", {1: "dense, 1e-12 off"}, why=COUNT),
    Number("SAMPLED", {1: "wrong at one point in five"}, why=COUNT),
)

DIFFERENCES = (
    Number("CLEAR", {300.0: "quadratic", 3e-4: "expm1 by exp"}),
    Number("RESOLVED", {1e-5: "float32"}),
    Number("RESOLVED_ALONG", {10.0: "many elements, few digits"}),
    Number("RARELY", why=TOGETHER),
    Number("ROUNDING", {0.64: "nothing followed, rounded"}),
    Number("ROUGHLY", {0.16: "many elements, rounded"}),
    Number("SMALL", {1.0: "nothing followed, few digits"}, why=GAP),
    Number("CAUTION", {200.0: "log near 0", 0.02: "swing of 1e-3"}),
    Number("FASTEST", {0.39: "tanh"}),
    Number("GOOD", {3e-6: "tanh"}),
    Number("GOOD_KINK", {1e-3: "swing of 1e-3"}),
    Number("APART", {300.0: "floor under a curve"}),
    Number("UNSETTLED", {1e-8: "quadratic"}, why=GAP),
    Number("GLANCE", why=SWINGS),
    Number("NEAREST", why=SWINGS),
    Number("DEVIATIONS", {300: "swing of 1e-3", 0.03: "chirp"}),
    Number("LOUDER", {0.64: "chirp"}),
    Number(
        "SATURATED",
        {1500.0: "abs at 0 on a curve"},
        slight=(15.9, 8.0),
        why=SIXTEEN,
    ),
    Number("STEEP", {0.64: "quadratic"}),
    Number("STEP", {100 * 2.0**-12: "many elements, a part off"}),
    Number("BENDS", why="it tells which of two tensors is off, where one is"),
    Number("EVALUATED", {64e6: "many elements, a part off"}, why=GAP),
    Number("BUDGET", {2: "nothing followed"}, why=COUNT),
    Number("OVERDRAWN", {0: "quadratic"}, why=COUNT),
    Number("WHOLE", why=TOGETHER),
    Number("BLOCKS", why=TOGETHER),
    Number("ELEMENTS", why=TOGETHER),
    Number("PARTS", why=TOGETHER),
)
