"""Every number that can turn a verdict, with its unit and what was measured for it.

"Units" are units of rounding: half an ulp of an element and what reverse mode of the same forward
pass loses there. "Chosen" is a number that was not measured: the tests show that a factor of 2
turns no verdict. Those of finite differences, the last rung, are in `numeric` beside.
"""

# Rounding
LIMIT = 8.0
"""Units: an error above it is not rounding. Of 116,412 elements of right code a dtype, in 19
layers, none lies above (worst 3.2 in float32, 5.1 in float64); unstable backward passes lie at 33
to 1e7.
"""
DOUBTFUL = 4.0
"""Units: a larger error is measured again, with `MANY` samples. One right element in 1e5."""
SAMPLES, MANY = 8, 64
"""Random first-order errors from which a unit is estimated, at first and where it is doubtful."""
LIBRARY, LIBRARY_BITS = 4.0, 128
"""Half ulps: a library function that errs by more is inaccurate, and its error is its noise; bits
by which that is measured. NumPy's functions err by at most 2 to 4; JAX's lgamma by 82 to 225, zeta
by 10.
"""
NOTHING_LEFT, LEFT = 1e-12, 16.0
"""Of the terms of a sum, itself and in units of u: a sum of less has cancelled. In 40 softmaxes and
log-sum-exps a format, 0 to 17 u of the maximum by which they are shifted are left in float64, to 12
u in float32 and float16; of a maximum that counts, a half and more."""
KEPT, FIRST_DIGIT = 64.0, 0.1
"""A tensor whose elements are all further off than the second, as a part of them, keeps no digit.
Counted are elements of so many of the smallest numbers of a format. By definition, and chosen."""
MANY_DIGITS = 3.0
"""Digits of half the elements of a tensor: a forward pass that loses more of them is remarked upon.
"""

# The record and the truth
FAITHFUL = 1.0
"""Roots of u, of the largest term: a step whose float value is further from its operation is not
that operation: half of the digits. Of 44 library functions the second worst (jax log_ndtr, 1,220
half ulps) is 1e-5 of it away, the worst (torch bessel_j0, 1.8e9) 19."""
SYMMETRIC, AS_RUN = 8.0, 1e-2
"""Of torch's linear algebra: by so many u a matrix that is symmetric may be off it; so far apart,
relatively, a factorisation and the run's are another one. Chosen."""
LONGEST, FRAMES = 200_000, 200
"""Steps of a record, and frames of a CTC loss: longer ones are not followed. Chosen, for time; and
probabilities of many more frames underflow in floats."""
BITS, MOST_BITS = 400, 8192
"""Bits of a ball, to begin with and at most. A stable recurrence of 200 turns needs 800, one of
1,000 turns 6,400.
"""
KNOWN, SURELY = 2.0**-20, 24
"""Half ulps: to this the true value of every element is known, or it is asked for more bits; so
many bits beyond the format's own are enough for it, whatever the element (21 are, by counting)."""
LOST = 2.0**-20
"""A part of the change between two points: a record that gives it there misses nothing. Constants
that differ harmlessly (the shift of a log-sum-exp) miss 0, a step size of a solver 2e-3.
"""
ASIDE, ULPS_ASIDE = (2.0**-13, 2.0**-20, 2.0**-26), 4
"""How far aside the second record is made, relative to each element, first to last; in float32 no
nearer than the second, in a shorter format so many ulps. On 26 codes in float64 with state, caches,
loops and pivots, 902 NumPy and 717 torch gradients what was lost was noticed."""
FARTHER = 2.0**-8, 2.0**-2, 1.0
"""How far an input is moved that no step of a record leads from: if the output changes, the input
left unseen. A loss of one number in float16 is often the same at 4 ulps aside."""
BESIDE, GROWN, UNEVEN, BOUNDED = 200, 1.5, 60, 2.0**6
"""Where a slope is 0 times infinity the record is evaluated 2^-200 aside, and at the square of it.
What grows by the second tends to infinity, what shrinks so to 0: of x^-p it grows by 2^(200 p), of
a logarithm by 2, and what has a limit stays. Along two more directions the elements are moved by
sizes that are up to 2^60 apart: what is larger by the last there, as x/y, has no bound. Chosen: the
slopes of norms, maxima and the like are larger by 2 at most."""
BENT = 2.0**-30
"""The radius of a ball, as a part of it, from which on it holds the slopes of a kink. Of others the
radius is below 2^-70 in float64, by `KNOWN`. Chosen: slopes that differ by less are one in
float32."""

# The formula
MOVED = 4.0
"""Half ulps by which a scalar or an array that was computed from others may be off: 1/np.sqrt(d) is
2.6 off."""
DIGITS, MEANT = 4, 12
"""Digits of a typed number from which on it is taken for a rounded one; bits of a number up to
which it is meant as it stands (0.125, 1.5), in short formats half of theirs."""
EQUATIONS, TURNS = 4, 4
"""Elements to explain for every scalar moved: with one element alone 1% passes in half the cases,
with four none. Turns of the least squares: in the tests one is too few, two are enough."""
USED = 1e-3
"""The part of its bound from which on a scalar was moved at all. Chosen."""
APPROXIMATE = 2.0**-10
"""The part of an element up to which what an approximation leaves out is imprecise, not wrong."""
CONTRADICTED, TAYLOR = 1.5, 100
"""A wrong claim has a Taylor remainder of order 1, a right one of 2: halfway between them. The step
is 2^-100 of the direction, so that orders come out to 30 digits."""
STAYS = 5.0
"""Mean by scatter of an error over `POINTS` points nearby: above it stays, and is a wrong formula
(31 to 435), below it jumps, and is rounding (0.1 to 0.5).
"""
POINTS, NEARBY = 8, 3e-3
"""Further points, and how far they lie, as a part of every input: many roundings away in float16,
near enough that a wrong formula is wrong by the same part."""
DOUBTED, ROUNDED_ANEW = 2.5, 2.0**-4
"""Units of a tensor's error as a whole from which on it is asked again at `POINTS` points, and how
far these lie, as a part of every input: so that every number rounds anew in bfloat16. What stays
there is wrong, though below `LIMIT`: kernels that add up in float32 and are 3% off in bfloat16 are
3.5 to 6 such units off, right ones 0.4.
"""
COARSE = 1e-6
"""How far two forwards may be apart, as a part of them, where a reference cannot be followed.
Chosen: the digits of float32."""

# Ties
TIED, COMPARED = 8.0, 2.0**12
"""Units of rounding of two compared values: closer ones are a tie that rounding makes. Those
further apart than so many u are not asked for their units, to save time."""
ISOLATED = 2.0**-20
"""So far to either side a comparison for equality must fail to be of a point alone. Chosen."""
CONVENTIONS = 3**6
"""So many conventions are tried at most, line by line of the code."""
NEAR, NEAR_UNITS = 1e-5, 64.0
"""A convention whose gradient in floats is further from the claim, as a part of the largest element
and in units of rounding, is not looked at in balls: it saves time, and a right one is within 8."""
ALIKE, ALIKE_BESIDE = 1e-9, 1e-12
"""The part of an element, and of the largest one, that a convention must change to matter: what is
less is float64's own rounding. Chosen."""
BRANCHES, MADE_AGAIN = 0.75, 4000
"""The code's own branches are looked for beside the point, of which so much of the digits of a
format is kept: another that is as near is a tie, and enough are left to tell elements apart. Runs
of more steps are not made again for it: they take long."""

# Staircases
STAIRS, FLAT = 8, 0.125
"""A staircase: octaves of steps in a row over which decisions differ to either side, and the part
of their distance from the record's slope by which the slopes found may spread. 0 of 1,440 right
networks, all bisections to 1e-6 and tables of 16 to 4,096 entries.
"""
WIDEST, NARROWEST = 0.25, 8.0
"""The first step, of the direction, and the last one, in u. Wider ones leave the neighbourhood,
narrower ones are the rounding of the inputs."""
STAIRS_AGREE = 16.0
"""Errors of a staircase's slope, as its octaves tell them, or roundings of it: so close a claim
lies.
"""

# Iterations
SETTLED, RUN_ON, CLOSER = 1e-2, (2, 8), 0.125
"""A loop has settled that stopped this part of its output away from where it leads. It is run on
for so many times as many turns again: what has converged to 1e-6 or to 1e-2 comes to 1e-18; the
longer of the two only where the shorter one leaves no more of a difference than this part."""

# How code behaves when it is called
ULPS, CLEARLY = 64.0, 1e-4
"""Epsilons of the largest element: answers this close are one answer, in whatever order threads add
up. And the part of a gradient by which its answer to a sum of cotangents must be off to be no
linear one: an unstable backward pass loses digits, and that is not held against it there. Chosen.
"""
MULTIPLES, SHORT_MULTIPLES = (-1.0, 2.0**20, 2.0**-20), (-1.0, 2.0**5)
"""Of a cotangent, to which a backward pass must answer with the same multiple; powers of 2, which
floats scale exactly. A clip at 1e3 or an epsilon of 1e-8 shows; in halves more would overflow."""
REPEATS, ON_THE_LINE = 6, 1e-4
"""Further answers taken where two differ: 7 random ones are in order once in 2520 times. And how
far, as a part of them, steps from one to the next may lie from a line to be state, not chance."""
DEPENDS = 2.0**-20
"""So far a torch tensor is moved, relatively, to see whether anything depends on it."""
SECONDS = 10.0
"""One call may take so long, if the caller says nothing else. Chosen."""
SLOWER = 100.0
"""So many times as long as all plain calls together a recorded run may take, where that is more
than one call may: a sum of Python's numbers takes a thousand times as long as a plain call."""

# What is wrong: the code by which a deviation is accepted
TELLING = 4.0
"""So many times `LIMIT` units of a tensor lie between a hypothesis and the truth in an element that
tells them apart. Of 74 planted mistakes all are named with 0.04, with 400 all but a small penalty.
"""
UNIT_UNKNOWN = 1e-9
"""The part of a tensor's largest element that is rounding where finite differences know no unit:
all mistakes that are planted in float64 are named with 1e-11 and with 1e-7."""
HIDDEN = 1e-3
"""Where rounding makes more than this part of a tensor, as it does in halves, a mistake could hide
in it, and what was followed is looked at without rounding. Chosen."""

# What is looked at
MOST_ELEMENTS = 100_000
"""Elements of a gradient: more are judged along directions, by differences."""
SAMPLED = 10
"""Points that a sampler is asked for. Chosen."""
