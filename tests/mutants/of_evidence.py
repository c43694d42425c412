"""Faults of the evidence: records and their completeness, behaviour, finite differences."""

from mutants.mutant import TRIAL, Mutant

COMPLETE = ("tests/programs/numpy/test_escapes.py", *TRIAL)
SETTLED = ("tests/programs/test_settle.py", *TRIAL)
DIFFERENCES = (
    "tests/differences/test_differences.py",
    "tests/differences/test_black_box.py",
    *TRIAL,
)

OF_EVIDENCE = (
    Mutant(
        "programs/complete.py",
        "return bool(missed.max(initial=0.0) <= LOST * moved.max(initial=0.0))",
        "return True",
        "whatever the code itself gives elsewhere, the record is whole",
        ("tests/programs/numpy/test_complete.py",),
    ),
    Mutant(
        "programs/complete.py",
        "if share <= LOST:",
        "if share <= np.inf:",
        "whatever a record misses is nothing",
    ),
    Mutant(
        "programs/complete.py",
        "return missed / change if change > 0 else inf if missed > 0 else 0.0",
        "return missed / change if change > 0 else 0.0",
        "a record in which nothing moves misses nothing",
    ),
    Mutant(
        "programs/complete.py",
        "return max(shares, default=0.0)",
        "return min(shares, default=0.0)",
        "the output that misses least speaks for all",
        COMPLETE,
    ),
    Mutant(
        "programs/alike.py",
        "np.array_equal(x.settings[k], y.settings[k]) for k in ARRAYS",
        "np.array_equal(x.settings[k], y.settings[k]) for k in ()",
        "elements that are put elsewhere nearby are put where they are",
        ("tests/programs/numpy/test_complete.py",),
    ),
    Mutant(
        "programs/aside.py",
        "wide = wide * (1 + scale * d) if wide.any() else scale * d",
        "wide = wide * (1 + 0 * scale * d)",
        "the second record is made at the same point",
    ),
    Mutant(
        "programs/settle.py",
        "off = float(apart[np.isfinite(apart)].max(initial=0.0)) - least",
        "off = float(apart[np.isfinite(apart)].min(initial=np.inf)) - least",
        "one element that is the operation's speaks for all",
        SETTLED,
    ),
    Mutant(
        "programs/settle.py",
        "if beyond and off > digits * max(_terms(step), _by_norm(step)):",
        "if beyond:",
        "a sum that cancels is another function",
        SETTLED,
    ),
    Mutant(
        "programs/settle.py",
        "return FLOAT32 if precision is not None and precision.bits < FLOAT32.bits else precision",
        "return precision",
        "sums of halves are added in halves",
        SETTLED,
    ),
    Mutant(
        "checks/behaviour/linearity.py",
        "if off > max(np.sqrt(max(eps, coarsest)) * size, CLEARLY * size, ULPS * noise):",
        "if False:",
        "the sum of two cotangents is not asked for",
    ),
    Mutant(
        "checks/behaviour/linearity.py",
        "if abs(times) != 1 and off <= CLEARLY * size:",
        "if abs(times) != 1:",
        "only the negative of a cotangent is asked for",
    ),
    Mutant(
        "checks/behaviour/repeats.py",
        "return bool(apart.max() <= ULPS * np.finfo(kind).eps * size.max())",
        "return True",
        "every answer is the same answer",
    ),
    Mutant(
        "differences/judgement.py",
        "if against:",
        "if len(against) > 1:",
        "a contradicting element is forgiven by the differences",
        DIFFERENCES,
    ),
    Mutant(
        "differences/judgement.py",
        "if open_ or not said:",
        "if not said:",
        "what differences cannot tell is right",
        DIFFERENCES,
    ),
    Mutant(
        "differences/judgement.py",
        "off = max(slope.low - claimed, claimed - slope.high, 0.0)",
        "off = abs(slope.value - claimed)",
        "at a kink the mean alone is right",
        DIFFERENCES,
    ),
    Mutant(
        "differences/judgement.py",
        "off = off if np.isfinite(claimed) else np.inf",
        "off = off if np.isfinite(claimed) else 0.0",
        "NaN agrees with every slope",
        DIFFERENCES,
    ),
    Mutant(
        "differences/judgement.py",
        "bound = CLEAR * slope.error + ",
        "bound = 1e3 * CLEAR * slope.error + ",
        "a slope contradicts at a thousand times its error only",
        DIFFERENCES,
    ),
    Mutant(
        "differences/slope.py",
        "if abs(right.value - left.value) > APART * doubt:",
        "if False:",
        "no loss has a corner",
        DIFFERENCES,
    ),
    Mutant(
        "differences/slope.py",
        "return Slope(c, central.error + unseen, ",
        "return Slope(c, central.error, ",
        "a corner too small to be seen is no corner",
        DIFFERENCES,
    ),
    Mutant(
        "differences/line.py",
        "return replace(found, why=_denied(line, found, values[-1]))",
        "return found",
        "no look from near",
        DIFFERENCES,
    ),
    Mutant(
        "differences/noise.py",
        "return max(DEVIATIONS * self.deviation, 2 * self.roundoff * abs(value))",
        "return 0.0",
        "no loss has noise",
        DIFFERENCES,
    ),
    Mutant(
        "checks/directions.py",
        "elif off > bound or not np.isfinite(off):",
        "elif off > 1e6 * bound or not np.isfinite(off):",
        "of a large gradient anything goes",
    ),
)
