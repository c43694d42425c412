"""Faults of the rules for rare cases: constants, ties, staircases, what was accepted."""

from mutants.mutant import Mutant

OF_RARE_RULES = (
    Mutant(
        "exact/constants.py",
        "if (np.abs(rest) < allowed).all():",
        "if (np.abs(rest) < allowed).any():",
        "one element that constants explain is enough",
    ),
    Mutant(
        "exact/constants.py",
        "WHOLE = 1.0",
        "WHOLE = 1e4",
        "a constant may be moved by 10,000 times its digits",
    ),
    Mutant(
        "exact/scalars.py",
        "if step.scalar and not step.inputs",
        "if not step.inputs",
        "data are moved as if they were constants of the code",
    ),
    Mutant(
        "exact/constants.py",
        "while sum(p.true.size for s in systems for p in s.pairs) < EQUATIONS * len(groups):",
        "while False:",
        "one element is enough to explain by a constant",
    ),
    Mutant(
        "checks/constants.py",
        " and not typed",
        "",
        "a number typed with four digits is no matter",
    ),
    Mutant(
        "checks/constants.py",
        "(t.rounding <= LIMIT).all()",
        "(t.rounding <= LIMIT).any()",
        "one element that rounds as it should speaks for all, beside a constant",
    ),
    Mutant(
        "exact/ties.py",
        "where = np.abs(margin) <= near",
        "where = np.abs(margin) < np.inf",
        "beside one tie every comparison of an array is one",
    ),
    Mutant(
        "exact/ties.py",
        "where = np.abs(margin) <= near",
        "where = np.abs(margin) == 0",
        "only what is equal is a tie, not what rounding makes one",
    ),
    Mutant(
        "exact/conventions.py",
        '"the last": among & (before == count)',
        '"the last": among',
        "each of equal winners may have all of the slope",
    ),
    Mutant(
        "exact/conventions.py",
        '"half of each": 0.5',
        '"half of each": 0.625',
        "the mean of two slopes is not their mean",
    ),
    Mutant(
        "exact/conventions.py",
        "lines.setdefault(tie.place, [])",
        "lines.setdefault((tie.step.number,), [])",
        "a convention for every step, not for a line of code",
    ),
    Mutant(
        "checks/ties.py",
        "if all(is_right(t) for t in tensors.values())",
        "if any(is_right(t) for t in tensors.values())",
        "one tensor that is right at a tie excuses the others",
    ),
    Mutant(
        "checks/ties.py",
        "return not tensor.off.any()",
        "return not tensor.off.all()",
        "at a tie one right element excuses a tensor",
    ),
    Mutant(
        "exact/staircase.py",
        "np.ptp(slopes) < FLAT * apart",
        "np.ptp(slopes) < np.inf",
        "a corner nearby is a staircase",
    ),
    Mutant(
        "checks/stairs.py",
        "close = min(close, FLAT * abs(found.slope - recorded))",
        "close = 1 + close",
        "any claim is near the slope of a staircase",
    ),
    Mutant(
        "checks/judge.py",
        "by_stairs(measured, deviations, loss, seed)",
        "None",
        "no deviation is looked at for stairs",
    ),
    Mutant(
        "checks/judge.py",
        "return by_stairs(measured, _flat(measured, tie), loss, seed) or _right(measured, tie)",
        "return _right(measured, tie)",
        "a claim of 0 that agrees with the record is never looked at for stairs",
    ),
    Mutant(
        "checks/judge.py",
        "by_constants(measured, nearby)\n        or by_convention(measured)",
        "by_convention(measured)",
        "no difference is ever the rounding of a constant",
    ),
    Mutant(
        "checks/judge.py",
        "tie = matters(measured) if measured.decisions else None\n        return",
        "tie = None\n        return",
        "a convention that agrees with the run's is not told",
    ),
    Mutant(
        "checks/judge.py",
        "if order is not None and order >= CONTRADICTED:",
        "if order is not None and order < CONTRADICTED:",
        "what the Taylor remainder confirms is the judge's fault",
    ),
    Mutant(
        "checks/judge.py",
        "if order is not None and order >= CONTRADICTED:",
        "if False:",
        "a contradiction by the Taylor remainder is not heard",
        ("tests/checks/test_judge.py",),
    ),
    Mutant(
        "checks/declared.py",
        "return not tensor.off.any()",
        "return not tensor.off.all()",
        "straight through in one element is straight through",
    ),
    Mutant(
        "checks/accepted.py",
        "if size <= allowed:",
        "if size <= 100 * allowed:",
        "accepted beyond the size",
    ),
    Mutant(
        "checks/accepted.py",
        "allowed = accept.get(code, 0.0)",
        "allowed = max(accept.values())",
        "any code that is accepted accepts every other",
    ),
)
