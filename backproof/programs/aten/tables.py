"""Every operation that is followed, by how its arguments are taken."""

from backproof.programs.aten.activations import ACTIVATIONS
from backproof.programs.aten.arithmetic import ARITHMETIC, COMPARISONS
from backproof.programs.aten.attention import ATTENTION
from backproof.programs.aten.averages import AVERAGED, AVERAGES
from backproof.programs.aten.choices import CHOICES
from backproof.programs.aten.ctc import CTC
from backproof.programs.aten.distances import DISTANCES
from backproof.programs.aten.draws import DRAWING, standard_gamma_grad
from backproof.programs.aten.fourier import FOURIER
from backproof.programs.aten.grids import GRIDS
from backproof.programs.aten.grouped import GROUPED
from backproof.programs.aten.linear import FACTORED, LINEAR
from backproof.programs.aten.lu import BY_FACTORS, BY_PIVOTS
from backproof.programs.aten.norms import NORMS, TRAINED
from backproof.programs.aten.operations import Lowering
from backproof.programs.aten.orders import ORDERS
from backproof.programs.aten.pieces import PIECES
from backproof.programs.aten.pooling import POOLED, POOLINGS
from backproof.programs.aten.products import PRODUCTS
from backproof.programs.aten.reductions import REDUCTIONS
from backproof.programs.aten.resampling import RESAMPLINGS
from backproof.programs.aten.scatters import SCATTERS
from backproof.programs.aten.special import SPECIAL
from backproof.programs.aten.structures import COPIES, MOVING, STRUCTURES
from backproof.programs.aten.windows import CONVOLUTIONS

__all__ = [
    "BY_SHAPE",
    "COMPARISONS",
    "CONSTANTS",
    "COUNTS",
    "DRAWN",
    "ELEMENTWISE",
    "FORMULAS",
    "OWN_CHOICES",
    "STRUCTURES",
]

ELEMENTWISE: dict[str, Lowering] = {
    **ARITHMETIC,
    **PIECES,
    **ACTIVATIONS,
    **PRODUCTS,
    **SPECIAL,
}
"""Truth values and integers among their arguments are floats."""
FORMULAS: dict[str, Lowering] = {
    **MOVING,
    **SCATTERS,
    **GROUPED,
    **REDUCTIONS,
    **DISTANCES,
    **CONVOLUTIONS,
    **POOLINGS,
    **AVERAGES,
    **NORMS,
    **ATTENTION,
    **CTC,
    **RESAMPLINGS,
    **GRIDS,
    **FOURIER,
    **LINEAR,
    **BY_FACTORS,
    "_standard_gamma_grad": standard_gamma_grad,
}
OWN_CHOICES: dict[str, Lowering] = {
    **CHOICES,
    **ORDERS,
    **DRAWING,
    **COPIES,
    **FACTORED,
    **BY_PIVOTS,
    **POOLED,
    **AVERAGED,
    **TRAINED,
}
"""The operation itself comes first: what the run's results were is asked for."""

_MADE = """empty empty_strided empty_like new_empty new_empty_strided empty_permuted zeros
zeros_like new_zeros ones ones_like new_ones full full_like new_full eye arange linspace
logspace range scalar_tensor tril_indices triu_indices _efficientzerotensor hann_window"""
CONSTANTS = frozenset(_MADE.split())
"""What does not depend on the numbers of any tensor."""
_DRAWN = """rand randn randint randperm rand_like randn_like randint_like bernoulli bernoulli_
normal normal_ uniform_ exponential_ geometric_ log_normal_ cauchy_ random_ poisson multinomial
binomial native_dropout normal_functional"""
DRAWN = frozenset(_DRAWN.split())
"""What draws random numbers."""
BY_SHAPE = ("rand_like", "randn_like", "randint_like")
"""What of a tensor asks for its shape alone."""
COUNTS = ("bernoulli", "binomial", "multinomial", "poisson")
"""What draws whole numbers: no small change of a parameter changes them."""
