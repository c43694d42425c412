"""The numbers of finite differences that can turn a verdict, with their units and their evidence.

The witness is on trial on 39 functions with a known slope, smooth, noisy and swinging, and on five
kinks: its error bounds the truth in each of them, and it accuses nobody who is right. Where
nothing else is said a number was chosen there. The spacings, orders and levels of the method stay
with the method.
"""

# What a slope says of a claim
CLEAR = 3.0
"""A difference of so many estimated errors is clear."""
RESOLVED, RESOLVED_ALONG = 1e-3, 0.1
"""A slope of one element, and one along all of a large gradient, that is not known to this part of
itself confirms nothing."""
RARELY = 6.0
"""A sum of random signs is so many of its standard deviations once in 10^9 times."""
ROUNDING, ROUGHLY = 64.0, 16.0
"""Units in the last place, of a tensor's largest element and of its root mean square: its own
rounding, element by element and, independent of each other, along a direction."""
SMALL = 1e-6
"""An element that is known to be below this part of the tensor's largest slope is told enough."""

# How well a slope is known
CAUTION = 2.0
"""Estimates that differ by d are taken to be off by CAUTION * d: where powers of the step are
missing from the list, |x|^1.5 say, their difference shrinks slowly and is less than their error."""
FASTEST = 2.0**-8
"""An error is not believed to shrink faster than this from one column to the next: two numbers can
agree by accident, where the loss swings many times within a step."""
GOOD, GOOD_KINK = 3e-8, 1e-5
"""Known to this part of itself, a slope is known well; one-sided slopes converge more slowly."""
APART = 3.0
"""One-sided slopes that differ by so many of their errors are two."""
UNSETTLED = 1 / 100
"""A slope whose estimates still differ by this part of it has not been found."""
GLANCE = 1e-4
"""The last look is from where noise makes this part of the slope, or as much as the slope's error:
what it does not confirm is not believed, be it ever so consistent from afar."""
NEAREST = 2.0**-40
"""Where there is no noise at all the last look is from so near, of the last step."""

# Noise
DEVIATIONS = 3
"""Noise counts as so many of its standard deviations."""
LOUDER, SATURATED = 64.0, 15.0
"""Scatter that grows so much from FINE to COARSE is a kink, a bend, or noise that FINE cannot see;
it is noise if it grows no further: from COARSE to WIDE a kink's grows 16 times."""
STEEP = 64.0
"""A step of the loss itself is so many times as high as others, and as a rounding of float32."""

# A large loss, by a few evaluations
STEP = 2.0**-12
"""The first of two steps, in units of the direction; the second is half of it."""
BENDS = 2.0**-16
"""The part of a slope that one quotient alone may be off by, where nothing else is known of it."""
EVALUATED = 64.0
"""By so many units in its last place two evaluations of a float64 loss may differ."""

# What is looked at
BUDGET, OVERDRAWN = 20_000, 4
"""Evaluations of the loss, if nobody says otherwise; where it is not smooth a tensor may use so
many times its share, if others leave it."""
WHOLE, BLOCKS, ELEMENTS, PARTS = 6, 4, 8, 16
"""So many directions of all, of blocks and of single elements, at most, where a tensor has more
elements than there are evaluations for; a block is a 16th of a tensor."""
