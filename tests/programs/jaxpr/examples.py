"""A small use of every operation that has a rule, and of those with many parameters, many uses.

Integers are constants, so that what they meet is followed as ordinary numbers.
"""

from programs.jaxpr.of_arrays import ARRAYS
from programs.jaxpr.of_numbers import NUMBERS
from programs.jaxpr.of_places import PLACED

EXAMPLES = {**NUMBERS, **PLACED, **ARRAYS}
"""By primitive."""
