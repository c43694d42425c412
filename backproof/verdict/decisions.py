"""Every number that can turn a verdict, with its unit and what was measured for it.

"Units" are units of rounding: half an ulp of an element and what reverse mode of the same forward
pass loses there.
"""

LIMIT = 8.0
"""Units: an error above it is not rounding. Of 116,412 elements of right code a dtype, in 19
layers, none lies above (worst 3.2 in float32, 5.1 in float64); unstable backward passes lie at 33
to 1e7.
"""
DOUBTFUL = 4.0
"""Units: an error above it is measured again, with `MANY` samples. One right element in 1e5."""
SAMPLES, MANY = 8, 64
"""Random first-order errors from which a unit is estimated, at first and where it is doubtful."""
FAITHFUL = 64.0
"""Half ulps of a result and of its inputs: a step's own float value lies within. Of 44 library
functions three lie above (1,220 units and more).
"""
BITS, MOST_BITS = 400, 8192
"""Bits of a ball, to begin with and at most. A stable recurrence of 200 turns needs 800, one of
1,000 turns 6,400.
"""
KNOWN = 2.0**-20
"""Half ulps: to this the true value of every element is known, or it is asked for more bits."""
LOST = 2.0**-20
"""A part of the change between two points: a record that gives it there misses nothing. Constants
that differ harmlessly (the shift of a log-sum-exp) miss 0, a step size of a solver 2e-3.
"""
STAYS = 5.0
"""Mean by scatter of an error over `POINTS` points nearby: above it stays, and is a wrong formula
(31 to 435), below it jumps, and is rounding (0.1 to 0.5).
"""
POINTS = 8
TIED = 8.0
"""Units of rounding of two compared values: closer ones are a tie that rounding makes."""
CONVENTIONS = 3**6
"""So many conventions are tried at most, line by line of the code."""
FLIPS, ELEMENTS_A_FLIP = 16, 4
"""Ties that may be decided the other way where a backward pass is not followed, and the elements
that a tensor must have for each.
"""
STAIRS, FLAT = 8, 0.125
"""A staircase: octaves of steps in a row over which decisions differ to either side, and the part
of their distance from the record's slope by which the slopes found may spread. 0 of 1,440 right
networks, all bisections to 1e-6 and tables of 16 to 4,096 entries.
"""
STAIRS_AGREE = 16.0
"""Errors of a staircase's slope, as its octaves tell them, or roundings of it: so close a claim
lies.
"""
CONTRADICTED = 1.5
"""A wrong claim has a Taylor remainder of order 1. One of a higher order contradicts the judge."""
MOVED = 4.0
"""Half ulps by which a scalar that was computed from others may be off: 1/np.sqrt(d) is 2.6 off."""
DIGITS = 4
"""Digits of a typed number from which on it is taken for a rounded one."""
EQUATIONS = 4
"""Elements to explain for every scalar moved; with one element alone 1% passes in half the cases.
"""
APPROXIMATE = 2.0**-10
"""The part of an element up to which what an approximation leaves out is imprecise, not wrong."""
MOST_ELEMENTS = 100_000
"""Elements of a gradient: more are judged along directions, by differences."""
LIBRARY = 4.0
"""Half ulps: a library function that errs by more is inaccurate, and its error is its noise.
NumPy's functions err by at most 2 to 4; JAX's lgamma by 82 to 225, zeta by 10.
"""
MANY_DIGITS = 3.0
"""Digits of half the elements of a tensor: a forward pass that loses more of them is remarked upon.
"""
