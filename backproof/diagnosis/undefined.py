"""NaN gradients: where a slope is undefined though the gradient is not, and the mend."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backproof.diagnosis.evidence import Diagnosis
from backproof.diagnosis.gathering import Measured
from backproof.diagnosis.written import cited, text
from backproof.exact.ancestry import ancestors
from backproof.exact.record import Step
from backproof.exact.reverse import gradients
from backproof.programs.run import Run

MENDS = {
    "where": "the double `where`: give the branch that is not taken an argument that it can have, "
    "{np}.where(c, f({np}.where(c, x, 1)), 0)",
    "sqrt": "an epsilon inside the root, {np}.sqrt(s + 1e-12); where the root is squared again, "
    "leave out both",
    "log": "the double `where`, or a function that knows its limit, such as xlogy",
    "divide": "the double `where`: divide by {np}.where(b == 0, 1, b), and mask the result as well",
    "power": "an epsilon added to the base, or the double `where`",
}
ELSE = "an argument that it can have, by a second {np}.where inside"
NAMESPACES = re.compile(r"\b(torch|jnp)\.")
ROOTS = ("sqrt", "rsqrt", "cbrt", "hypot")
OVERFLOWS = ("exp", "exp2", "expm1", "cosh", "sinh", "square", "contract", "total")


@dataclass(frozen=True, slots=True)
class Singular:
    """The first step at which a gradient is no number. forward: the step of the forward pass whose
    slope is none there.
    """

    step: Step
    forward: Step | None


def undefined(measured: Measured) -> Diagnosis | None:
    """Why gradients are NaN or infinite where the truth is finite; None where none is."""
    lost = {n: _lost(t) for n, t in measured.tensors.items()}
    names = tuple(n for n, where in lost.items() if where.any())
    if not names:
        return None
    worst = names[0]
    k = tuple(int(i) for i in np.argwhere(lost[worst])[0])
    t = measured.tensors[worst]
    returned = np.asarray(t.returned, dtype=np.float64)
    place = f"[{', '.join(map(str, k))}]" if k else ""
    element = f"{worst}{place} is {returned[k]} and should be {t.truth[k]:.6g}"
    slug, words = _words(singular(measured.run, names))
    return Diagnosis(slug, names, f"{element}; {words}" if words else element)


def _lost(tensor: Any) -> Any:
    returned = np.asarray(tensor.returned)
    if returned.shape != tensor.truth.shape or returned.dtype.kind not in "fV":
        return np.zeros(tensor.truth.shape, dtype=bool)
    floats = returned.astype(np.float64)
    return ~np.isfinite(floats) & (floats != tensor.truth) & ~np.isnan(tensor.truth)


def singular(run: Run, names: Sequence[str]) -> Singular | None:
    """The step of the claim's backward at which numbers end, or where that was not followed, the
    step of the forward pass whose usual slope has none.
    """
    forward = ancestors(list(run.outputs.values()))
    given = {s.number for s in forward}
    ends = [s for n in names if (s := run.claimed.get(n)) is not None]
    own = _first([s for s in ancestors(ends) if s.number not in given]) if ends else None
    seeds = run.seeds
    found = [g for g in gradients(seeds, [run.inputs[n] for n in names]) if g is not None]
    usual = _first([s for s in ancestors(found) if s.number not in given])
    source = _first([s for s in forward if s.inputs])
    source = source or (None if usual is None else _source(forward, usual))
    at = own or usual or source
    return None if at is None else Singular(at, source)


def _first(steps: Sequence[Step]) -> Step | None:
    """The first step that is no number where all that it is made of is one."""
    for step in steps:
        given = all(np.isfinite(x.value).all() for x in step.inputs if x.is_float)
        if step.is_float and given and not np.isfinite(step.value).all():
            return step
    return None


def _source(forward: Sequence[Step], usual: Step) -> Step | None:
    """The step of the forward pass whose slope a step of the reverse pass is made of."""
    there = [s for s in forward if s.place == usual.place and s.inputs and s.primitive.slopes]
    named = [s for s in there if s.primitive.name in (*ROOTS, *MENDS)]
    return next(iter(named or there), None)


def _words(found: Singular | None) -> tuple[str, str]:
    if found is None:
        return "not-finite", ""
    step, source = found.step, found.forward
    at = cited(step.place) or "what is returned"
    if (source or step).primitive.name in OVERFLOWS:
        return "not-finite", f"{at} overflows"
    if source is None:
        return "not-finite", f"the first that is no number is {at}"
    what = _argument(source)
    told = f"the slope of {cited(source.place)} is infinite or undefined {what}"
    here = f", and {at} takes it" if text(step.place) != text(source.place) else ""
    return "undefined-slope", f"{told}{here}. The mend: {_mend(source)}"


def _argument(source: Step) -> str:
    """At what a function has no slope."""
    values = (
        source.inputs[-1].value if source.primitive.name == "divide" else source.inputs[0].value
    )
    size = np.abs(values).min(initial=np.inf)
    return "at 0" if size == 0 else f"near {float(np.ravel(values)[0]):.3g}"


def _mend(source: Step) -> str:
    readers = [s for s in source.record.steps if any(x is source for x in s.inputs)]
    name = "sqrt" if source.primitive.name in ROOTS else source.primitive.name
    written = NAMESPACES.search(text(source.place))
    mend = MENDS["where"] if _is_cut(source, readers) else MENDS.get(name, ELSE)
    return mend.format(np=written[1] if written else "np")


def _is_cut(source: Step, readers: Sequence[Step]) -> bool:
    """Whether a choice leaves out what a step makes."""
    seen: set[int] = set()
    waiting = list(readers)
    while waiting:
        step = waiting.pop()
        if step.primitive.name in ("choose", "keep"):
            return True
        if step.number not in seen and len(seen) < 64:
            seen.add(step.number)
            record = step.record.steps[step.number + 1 : step.number + 64]
            waiting += [s for s in record if any(x is step for x in s.inputs)]
    return False
