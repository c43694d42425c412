"""The whole rulebook on one page: what is derived by hand, and where."""

from collections.abc import Mapping

from backproof.architectures import (
    ELU,
    GELU,
    SELU,
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Dense,
    HalfSquaredError,
    Huber,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    SquaredError,
    Tanh,
    TanhGELU,
)
from backproof.manual import classification, dense, gelu, rectifiers, regression, sigmoidal
from backproof.manual.rules import LossRule, Rule

LAYER_RULES: Mapping[type, Rule] = {
    Dense: dense.dense,
    Identity: rectifiers.identity,
    Sigmoid: sigmoidal.sigmoid,
    Tanh: sigmoidal.tanh,
    ReLU: rectifiers.relu,
    LeakyReLU: rectifiers.leaky_relu,
    ELU: rectifiers.elu,
    SELU: rectifiers.selu,
    GELU: gelu.gelu,
    TanhGELU: gelu.tanh_gelu,
    SiLU: sigmoidal.silu,
    Softplus: sigmoidal.softplus,
}
LOSS_RULES: Mapping[type, LossRule] = {
    HalfSquaredError: regression.half_squared_error,
    SquaredError: regression.squared_error,
    AbsoluteError: regression.absolute_error,
    Huber: regression.huber,
    BinaryCrossEntropy: classification.binary_cross_entropy,
    CrossEntropy: classification.cross_entropy,
}
