"""Every ATen operation that can be followed: its name to a NumPy function.

Rules take what the operation takes, arrays of balls, of short floats or of doubles for tensors, and
work on all of them. Their parameters that PyTorch passes by name have ATen's names; dtypes are "f",
"i" or "b".
"""

from typing import Any

from reference.exact_torch.convolution import CONVOLUTION
from reference.exact_torch.elementwise import ELEMENTWISE
from reference.exact_torch.indexing import INDEXING
from reference.exact_torch.means import MEANS
from reference.exact_torch.pooling import POOLING
from reference.exact_torch.products import PRODUCTS
from reference.exact_torch.reductions import REDUCTIONS
from reference.exact_torch.shapes import SHAPES

RULES: dict[str, Any] = {
    **ELEMENTWISE,
    **SHAPES,
    **REDUCTIONS,
    **INDEXING,
    **PRODUCTS,
    **CONVOLUTION,
    **POOLING,
    **MEANS,
}
