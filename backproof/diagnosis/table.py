"""The hypotheses in their order: what is more special, and assumes less, comes first."""

from collections.abc import Iterator, Sequence

from backproof.diagnosis import (
    axes,
    calls,
    factors,
    jacobians,
)
from backproof.diagnosis.deviation import Deviation, Hypothesis
from backproof.diagnosis.mistake import Mistake
from backproof.diagnosis.paths import PATHS

HYPOTHESES: tuple[tuple[str, Hypothesis], ...] = (
    ("one-dtype", calls.one_dtype),
    ("imprecise", calls.imprecise),
    ("zero", factors.zero),
    ("sign", factors.sign),
    ("cotangent-ignored", calls.number_ignored),
    ("factor", factors.named_factor),
    ("clipped", factors.rescaled),
    ("factor", factors.factor),
    ("swapped", axes.swapped),
    ("transposed", axes.transposed),
    ("shifted", axes.shifted),
    ("one-sample", axes.same_rows),
    ("cotangent-ignored", calls.cotangent_ignored),
    ("regulariser", factors.regulariser),
    ("wrong-axis", axes.wrong_axis),
    *PATHS,
    ("clipped", factors.clipped),
    ("not-linear", calls.not_linear),
    ("partly-zero", factors.partly_zero),
    ("wrong-axis", jacobians.wrong_mixing),
)
"""What is tried, in this order: fewer assumptions first, and what is more special before what is
less. Each explains a whole tensor to rounding, or nothing."""

FACTS = HYPOTHESES.index(("wrong-axis", axes.wrong_axis))
"""Those before it are facts about a gradient, however it came about; the rest looks for the way to
it, which is known better where the backward pass was followed.
"""


def asked(followed: bool) -> Sequence[tuple[str, Hypothesis]]:
    """The hypotheses about gradients; of what was followed the facts alone."""
    return HYPOTHESES[:FACTS] if followed else HYPOTHESES


def told(deviation: Deviation, mistake: Mistake | None) -> Iterator[tuple[str, str]]:
    """What a tensor's gradient looks like, then what is wrong with the step that makes it so; first
    a surrogate, which may look like anything.
    """
    if mistake is not None and mistake.is_surrogate:
        yield mistake.slug, str(mistake)
    for slug, hypothesis in asked(mistake is not None):
        words = hypothesis(deviation)
        if words is not None:
            yield slug, words
    if mistake is not None:
        if mistake.slug != "unexplained":
            yield mistake.slug, str(mistake)
        for slug, hypothesis in HYPOTHESES[FACTS:]:
            words = hypothesis(deviation)
            if words is not None:
                yield slug, words
        yield "unexplained", str(mistake)
