"""Judges anybody's gradient at given points, and says what is wrong with it.

Nothing here can be imported without exact arithmetic: `WitnessAbsent` says how to install it.
"""

from backproof.witnesses import EXACT, require

require(EXACT)
