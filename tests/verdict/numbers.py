"""For every number: within which bounds nothing turns on the trial set, and what turns something.

A factor of 2 to either side turns nothing. A factor of 100, to one side at least, turns something;
where the gap that was measured is wider than that, or a count has no such multiples, the table says
what does. What no claim in floats of NumPy can show says why.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """One of them.

    slight: what may stand in its place; twice it and half of it where nothing is said. gross: what
    may not, each of them; empty where no claim shows it. why: it is another factor, or none.
    """

    name: str
    gross: tuple[Any, ...] = ()
    slight: tuple[Any, ...] = ()
    why: str = ""

    def near(self, value: Any) -> tuple[Any, ...]:
        """What may stand in the place of a value."""
        if isinstance(value, tuple):
            return tuple(v * 2 for v in value), tuple(v / 2 for v in value)
        return self.slight or (2 * value, value // 2 if isinstance(value, int) else value / 2)


TIME = "it saves time alone: what is asked after it says the same"
GAP = "nothing lies in the gap that was measured, which is wider than a factor of 100"
COUNT = "a count: of these, small ones"
TORCH = "of torch's functions alone: tests/programs/aten"
RARE = "what it tells apart is met once in 1e5 elements, or in the last digit of a unit alone"
SWINGS = "few points of swinging losses show it: tests/differences draws more of them"
TOGETHER = "directions, blocks and elements are three ways to see the same"
CLOCK = "seconds: the tests of limits in time say what they do"

DECISIONS = (
    Number("LIMIT", (800.0, 0.08)),
    Number("DOUBTFUL", why=RARE),
    Number("SAMPLES", slight=(16, 4), why=RARE),
    Number("MANY", slight=(128, 32), why=RARE),
    Number("LIBRARY", (0.04,)),
    Number("LIBRARY_BITS", why=TIME),
    Number("NOTHING_LEFT", why=RARE),
    Number("LEFT", why=RARE),
    Number("KEPT", (0.64,)),
    Number("FIRST_DIGIT", (10.0,)),
    Number("MANY_DIGITS", (300.0,)),
    Number("FAITHFUL", (0.01,)),
    Number("SYMMETRIC", why=TORCH),
    Number("AS_RUN", why=TORCH),
    Number("LONGEST", (2000,)),
    Number("FRAMES", why=TORCH),
    Number("BITS", (4,), slight=(800, 300), why=COUNT),
    Number("MOST_BITS", (82,)),
    Number("KNOWN", (100 * 2.0**-20,)),
    Number("SURELY", (0,), slight=(30, 20), why=COUNT),
    Number("LOST", (100 * 2.0**-20,)),
    Number("ASIDE", ((2.0**-60,) * 3,), why=GAP),
    Number("ULPS_ASIDE", (0.01,)),
    Number("BESIDE", (2,)),
    Number(
        "GROWN", (150.0,), slight=(1.8, 1.2), why="a logarithm grows by 2, what has a limit by 1"
    ),
    Number("UNEVEN", (0,), why=COUNT),
    Number("BOUNDED", (0.64,)),
    Number("BENT", (1e10 * 2.0**-30,), why=GAP),
    Number("MOVED", (400.0,)),
    Number("DIGITS", (400,), slight=(3,), why=COUNT),
    Number("MEANT", (0,), why=COUNT),
    Number("EQUATIONS", (0,), why=COUNT),
    Number("TURNS", (1,), slight=(8, 2), why=COUNT),
    Number("USED", (10.0,), why=GAP),
    Number("APPROXIMATE", why=TORCH),
    Number("CONTRADICTED", (0.015,), slight=(1.9, 1.1), why="orders are 1 or 2"),
    Number("TAYLOR", (1,), slight=(120, 80), why=COUNT),
    Number("STAYS", (500.0, 0.05)),
    Number("POINTS", (1,), why=COUNT),
    Number("NEARBY", (3e-9,), why=GAP),
    Number("COARSE", (1e-4, 1e-8)),
    Number("TIED", (0.08,)),
    Number("COMPARED", (1.0,), why=GAP),
    Number("ISOLATED", (1e-20,), why=GAP),
    Number("CONVENTIONS", (1,), why=COUNT),
    Number("NEAR", why=TIME),
    Number("NEAR_UNITS", (0.0,), why=GAP),
    Number("ALIKE", (1e10,), why=GAP),
    Number("ALIKE_BESIDE", (1e13,), why=GAP),
    Number("STAIRS", (40,), slight=(12, 6), why=COUNT),
    Number("FLAT", (12.5, 0.00125)),
    Number("WIDEST", (0.0025,)),
    Number("NARROWEST", (8e13,), why=GAP),
    Number("STAIRS_AGREE", (0.16,)),
    Number("ULPS", (64e15,), why=GAP),
    Number("CLEARLY", (100.0,), why=GAP),
    Number("MULTIPLES", ((-1.0, 2.0, 0.5),)),
    Number("SHORT_MULTIPLES", ((-1.0, 1.0),)),
    Number("REPEATS", (0,), slight=(12, 4), why=COUNT),
    Number("ON_THE_LINE", (1e-18,), why=GAP),
    Number("DEPENDS", why=TORCH),
    Number("SECONDS", why=CLOCK),
    Number("PATIENCE", why=CLOCK),
    Number("MOST_ELEMENTS", (1,), why=COUNT),
    Number("SAMPLED", (1,)),
)

DIFFERENCES = (
    Number("CLEAR", (300.0, 0.03)),
    Number("RESOLVED", (1e-5,)),
    Number("RESOLVED_ALONG", (10.0,)),
    Number("RARELY", why=TOGETHER),
    Number("ROUNDING", (0.64,)),
    Number("ROUGHLY", (0.16,)),
    Number("SMALL", (1.0,), why=GAP),
    Number("CAUTION", (200.0, 0.02)),
    Number("FASTEST", (0.39,)),
    Number("GOOD", (3e-6,)),
    Number("GOOD_KINK", (1e-3,)),
    Number("APART", (300.0,)),
    Number("UNSETTLED", (1e-8,), why=GAP),
    Number("GLANCE", why=SWINGS),
    Number("NEAREST", why=SWINGS),
    Number("DEVIATIONS", (300, 0.03)),
    Number("LOUDER", (0.64,)),
    Number("SATURATED", (1500.0,), slight=(15.9, 8.0), why="a kink's scatter grows 16 times"),
    Number("STEEP", (0.64,)),
    Number("STEP", (100 * 2.0**-12,)),
    Number("BENDS", why="it tells which of two tensors is off, where one is"),
    Number("EVALUATED", (64e6,), why=GAP),
    Number("BUDGET", (2,), why=COUNT),
    Number("OVERDRAWN", (0,), why=COUNT),
    Number("WHOLE", why=TOGETHER),
    Number("BLOCKS", why=TOGETHER),
    Number("ELEMENTS", why=TOGETHER),
    Number("PARTS", why=TOGETHER),
)
