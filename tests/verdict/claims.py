"""The trial set of the numbers that decide: small claims of every kind that a rule is for."""

from verdict.corners import CORNERS
from verdict.followed import FOLLOWED
from verdict.limits import LIMITS
from verdict.pointed import POINTED
from verdict.smooth import SMOOTH
from verdict.written import WRITTEN

CLAIMS = (*SMOOTH, *POINTED, *FOLLOWED, *WRITTEN, *LIMITS, *CORNERS)
