"""Faults of exact arithmetic: slopes, reverse mode, the truth and how well it is known."""

from mutants.mutant import Mutant

ROUNDING = ("tests/exact/test_rounding.py", "tests/verdict/test_trial.py")


def proofs(name: str) -> tuple[str, ...]:
    """What proves a line of the table, at one example: its slope and how it carries an error."""
    room = "tests/exact/test_primitives.py::"
    taylor = f"{room}test_taylor[{name}-0-usual]", f"{room}test_taylor[{name}-0-stable]"
    return *taylor, f"{room}test_push_is_the_adjoint_of_pull[{name}-0]"


OF_EXACT = (
    Mutant(
        "exact/primitives/elementwise.py",
        "lambda x: x.cos(), lambda x, y: -np.sin(x)",
        "lambda x: x.cos(), lambda x, y: np.sin(x)",
        "the sign of a slope, cos",
        proofs("cos"),
    ),
    Mutant(
        "exact/primitives/elementwise.py",
        "steep=(lambda x, y: sech2(x),)",
        "steep=(lambda x, y: sech2(x) * x,)",
        "the stable slope of tanh alone",
        proofs("tanh"),
    ),
    Mutant(
        "exact/primitives/elementwise.py",
        "lambda a, b, y: -a / (a * a + b * b)",
        "lambda a, b, y: -b / (a * a + b * b)",
        "a slope by the other operand, arctan2",
        proofs("arctan2"),
    ),
    Mutant(
        "exact/primitives/reductions.py",
        "lambda ts, y, x, axis: np.sum(ts[0], axis=axis)",
        "lambda ts, y, x, axis: np.sum(ts[0], axis=axis) / x.size",
        "a sum's tangents are averaged",
        proofs("total"),
    ),
    Mutant(
        "exact/primitives/reductions.py",
        "(cumsum(g, axis=axis, reverse=not reverse),)",
        "(cumsum(g, axis=axis, reverse=reverse),)",
        "the running sum's adjoint runs the wrong way",
        proofs("cumsum"),
    ),
    Mutant(
        "exact/primitives/slopes.py",
        "return unbroadcast(g if slope == 1 else -g, x.shape)",
        "return unbroadcast(g, x.shape)",
        "a subtraction's second operand has the slope 1",
        proofs("subtract"),
    ),
    Mutant(
        "exact/reverse.py",
        "adjoints[x.number] + own if x.number in adjoints else own",
        "own",
        "of two uses the last one counts alone",
    ),
    Mutant(
        "exact/reverse.py",
        "if y.number in through:",
        "if False:",
        "a rounding is never taken for the identity",
    ),
    Mutant(
        "exact/reverse.py",
        "elif y.number not in flat:",
        "else:",
        "a declared cut is no cut",
        ("tests/checks/in_torch/test_conventions.py", "tests/checks/in_torch/test_judged.py"),
    ),
    Mutant(
        "exact/rounding.py",
        "half_ulp(step.value) + spread)",
        "half_ulp(step.value) + 16 * spread)",
        "the unit is 16 times too large",
        ROUNDING,
    ),
    Mutant(
        "exact/rounding.py",
        "half_ulp(step.value) + spread)",
        "half_ulp(step.value))",
        "the unit is half an ulp, whatever was computed",
        ROUNDING,
    ),
    Mutant(
        "exact/rounding.py",
        "error = own * (2 * random.integers(0, 2, size=(count, *step.shape)) - 1)",
        "error = own * np.ones((count, *step.shape))",
        "all errors are up, and take each other away",
        ROUNDING,
    ),
    Mutant(
        "exact/rounding.py",
        "noises = {s.number: noise(s, formats) for s in steps if inputs or s.inputs}",
        "noises = {s.number: noise(s, formats) for s in steps if not s.inputs}",
        "no step rounds, inputs alone do",
        ROUNDING,
    ),
    Mutant(
        "exact/truth.py",
        "(radii(values) <= KNOWN * wanted)",
        "(radii(values) >= 0)",
        "the radius is ignored: 400 bits are enough for anything",
    ),
    Mutant(
        "exact/beside.py",
        "reduce(lambda a, b: a if _same(a, b) else a.union(b), others, first)",
        "reduce(lambda a, b: a, others, first)",
        "of two one-sided slopes the first is the truth",
    ),
    Mutant(
        "exact/beside.py",
        "return INFINITE if nearer > 0 else -INFINITE",
        "return INFINITE",
        "what falls without bound rises without bound",
        ("tests/exact/test_truth.py",),
    ),
    Mutant(
        "exact/beside.py",
        "if x is not None] or [UNKNOWN]",
        "if x is not None] or [ZERO]",
        "what no side knows is 0",
        ("tests/exact/test_truth.py",),
    ),
    Mutant(
        "exact/evaluate.py",
        "if not afresh and _replayed(step, given):\n            taken",
        "if False:\n            taken",
        "the run's decisions are not replayed",
        ("tests/exact/test_evaluate.py",),
    ),
    Mutant(
        "exact/ancestry.py",
        "own = (step.value.dtype.str, step.value.tobytes()) if given_or_decided else ()",
        "own = ()",
        "two constants of one shape are one",
    ),
    Mutant(
        "exact/taylor.py",
        "far - here - 2 * h * claimed",
        "far - here - h * claimed",
        "the remainder at the further step is of half the step",
    ),
    Mutant(
        "exact/faithful.py",
        "errs = np.isfinite(apart) & (apart > least * half)",
        "errs = np.isfinite(apart) & (apart < 0)",
        "no library function is ever inaccurate",
        ("tests/exact/test_faithful.py",),
    ),
)
