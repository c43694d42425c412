"""Random numbers inside of an operation: drawn once, the same in every run."""

from typing import Any

from backproof.exact.primitives import decisions as d
from backproof.exact.primitives.samples import gamma_sample
from backproof.exact.record import Step
from backproof.programs.aten.choices import Made
from backproof.programs.aten.operations import Lowering, Operation
from backproof.programs.run import CannotFollow, DrawsBySample

APPROXIMATE = "torch approximates the derivative of a sample"


def native_dropout(o: Operation, x: Step, p: float, train: bool = True) -> Made:
    """What a mask that was drawn keeps, by the chance to be kept."""
    mask = o.record.constant(o.results[1])
    return d.choose(mask, x, 0.0) * (1.0 / (1.0 - p)), mask


def noisy_relu(
    o: Operation,
    x: Step,
    noise: Step,
    low: float = 1 / 8,
    high: float = 1 / 3,
    train: bool = False,
    *_: Any,
) -> Made:
    """x times noise that was drawn, 1 above 0; times the mean of it where it is not trained."""
    if not train:
        return d.choose(d.greater(x, 0.0), x, x * ((low + high) / 2)), noise
    drawn = o.record.constant(o.results[1])
    return d.choose(d.less_equal(x, 0.0), x * drawn, x), drawn


def standard_gamma(o: Operation, a: Step, _: Any = None) -> Step:
    """Samples of the gamma distributions of shapes a."""
    return gamma_sample(a, o.results[0])


def standard_gamma_grad(*_: Any) -> Step:
    """What torch makes of samples has 3 to 16 digits. Raises CannotFollow."""
    raise CannotFollow(APPROXIMATE)


def dirichlet(o: Operation, a: Step, _: Any = None) -> Step:
    """Numbers that add up to 1. Raises DrawsBySample where their parameters move."""
    if o.moving(a):
        raise DrawsBySample("samples of a Dirichlet distribution have more than one derivative")
    return o.record.constant(o.results[0])


DRAWING: dict[str, Lowering] = {
    "native_dropout": native_dropout,
    "rrelu_with_noise": noisy_relu,
    "_standard_gamma": standard_gamma,
    "_sample_dirichlet": dirichlet,
}
