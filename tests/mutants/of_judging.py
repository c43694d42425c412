"""Faults of the judge's plain way: what is measured, what is said of it, and of which evidence."""

from mutants.mutant import TRIAL, Mutant

MEASURE = ("tests/checks/test_measure.py", *TRIAL)

OF_JUDGING = (
    Mutant(
        "checks/measured.py",
        "found = np.asarray(self.residue > self.allowed)",
        "found = np.asarray(self.residue > 64 * self.allowed)",
        "a formula may be off by 32 ulps",
        MEASURE,
    ),
    Mutant(
        "checks/measured.py",
        "np.where(np.isfinite(known) & ~bent, known, 0.0)",
        "0.0",
        "what is not known of an element speaks against it",
        MEASURE,
    ),
    Mutant(
        "checks/measured.py",
        "np.where(self.truth == 0, np.maximum(self.unit, self.half), self.half)",
        "np.maximum(self.unit, self.half)",
        "a formula may be off by what rounding makes",
        MEASURE,
    ),
    Mutant(
        "checks/measured.py",
        "return not known.any() or bool((self.error[known]",
        "return True or bool((self.error[known]",
        "a gradient without a digit is as good as any",
    ),
    Mutant(
        "checks/errors.py",
        "return 0.0 if a == b else np.inf",
        "return 0.0",
        "NaN is no distance from anything",
    ),
    Mutant(
        "checks/errors.py",
        "return 0.0 if a == b else np.inf",
        "return np.inf",
        "no infinity is another",
        MEASURE,
    ),
    Mutant(
        "checks/judgement.py",
        "if tensor.claimed is not None and tensor.off.any():",
        "if tensor.claimed is not None and tensor.off.all():",
        "a contradicting element is forgiven",
    ),
    Mutant(
        "checks/judgement.py",
        "if (tensor.ratio <= LIMIT).all():\n",
        "if (tensor.ratio <= LIMIT).any():\n",
        "one element that rounds as it should speaks for all",
    ),
    Mutant(
        "checks/judgement.py",
        "return Status.WRONG if tensor.claimed is None else Status.IMPRECISE",
        "return Status.IMPRECISE",
        "floats of a backward that was not followed are never wrong",
    ),
    Mutant(
        "checks/judgement.py",
        "return Status.WRONG if tensor.claimed is None else Status.IMPRECISE",
        "return Status.CORRECT",
        "an unstable backward is as good as any",
    ),
    Mutant(
        "checks/ladder.py",
        "lost = None if claim.pure else incomplete(run, record, claim.tensors, seed, plain)",
        "lost = None",
        "the record is complete, whatever left it",
    ),
    Mutant(
        "checks/ladder.py",
        "if (unlike := _unlike(run)) is not None:",
        "if (unlike := None) is not None:",
        "a step whose float value is another's is a step",
        ("tests/checks/test_ladder.py",),
    ),
    Mutant(
        "checks/unfollowed.py",
        "for name in off:",
        "for name in ():",
        "no tensor is judged as a whole",
    ),
    Mutant(
        "checks/unfollowed.py",
        "abs(float(errors.mean())) / scatter > STAYS",
        "abs(float(errors.mean())) / scatter < STAYS",
        "an error that stays is rounding, one that jumps is not",
    ),
    Mutant(
        "checks/unfollowed.py",
        "if DOUBTED < part <= LIMIT]",
        "if DOUBTED < part < DOUBTED]",
        "a tensor that is off as a whole by a little is not asked again",
        ("tests/checks/in_torch/test_kernels.py",),
    ),
    Mutant(
        "checks/answer.py",
        "return min(decided, key=lambda s: s.severity, default=Status.UNDECIDED)",
        "return max(decided, key=lambda s: s.severity, default=Status.UNDECIDED)",
        "the best status counts",
    ),
    Mutant(
        "checks/answer.py",
        "default=Status.UNDECIDED)",
        "default=Status.CORRECT)",
        "nothing found is nothing wrong",
        ("tests/checks/test_answer.py",),
    ),
    Mutant(
        "checks/answer.py",
        "findings = [_breached(b.code, b.tensor, b.detail) for b in observed.breaches]",
        "findings = []",
        "misbehaviour is dropped",
    ),
    Mutant(
        "checks/answer.py",
        "findings += _not_finite(claim, reached)",
        "findings += []",
        "a loss that is not finite is no matter",
        ("tests/checks/test_answer.py",),
    ),
    Mutant(
        "checks/answer.py",
        "findings += against_reference(claim, reached, seed)",
        "findings += []",
        "the reference is not heard",
    ),
    Mutant(
        "checks/reference.py",
        "status = Status.CORRECT if off <= LIMIT else Status.WRONG",
        "status = Status.CORRECT if off <= 1e9 * LIMIT else Status.WRONG",
        "forwards may be another function by 10^9 units",
    ),
    Mutant(
        "checks/reference.py",
        "same = abs(ours - theirs) <= COARSE * abs(theirs)",
        "same = abs(ours - theirs) <= abs(theirs)",
        "a reference in floats agrees with anything of its size",
    ),
    Mutant(
        "verdict/status.py",
        "return self in (Status.ACCEPTED, Status.KINK, Status.CORRECT)",
        "return self not in (Status.BROKEN, Status.WRONG, Status.IMPRECISE)",
        "undecided is true",
    ),
)
