"""The true gradient of a case, with a bound for every element."""

from dataclasses import dataclass

from architectures import Case
from backproof.claims import Claim, differentiated, seed_of, tensors_of
from backproof.formula import examine_formula
from backproof.verdicts import GradientError
from reference.exact.arrays import Floats, midpoints, radii


@dataclass(frozen=True, slots=True)
class TrueGradient:
    """values: the float64 nearest to each element's true value, shaped like its tensor; bounds: how
    far the true value can be from the ball's midpoint, by rigorous enclosure.
    """

    values: dict[str, Floats]
    bounds: dict[str, Floats]


def gradient(case: Case) -> TrueGradient:
    """The gradient of a case to 400 bits: {"dx": (n, i), "0.W": (o, i), ...}.

    Raises `GradientError` if the formula that computes it does not pass the Taylor test at the
    case, `CannotFollow` where a comparison is undecided at 400 bits.
    """
    tensors, claim = tensors_of(case), Claim(case.network)
    formula = examine_formula(claim, tensors, seed_of(case))
    if not formula.status:
        raise GradientError(f"{case}: {formula.status}: {formula.note or formula.culprits}")
    names = differentiated(tensors)
    return TrueGradient(
        {name: midpoints(formula.truth[name], tensors[name].shape) for name in names},
        {name: radii(formula.truth[name], tensors[name].shape) for name in names},
    )
