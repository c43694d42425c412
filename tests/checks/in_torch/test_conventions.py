"""What torch does otherwise by design: named, and acceptable by its code."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from backproof import check_torch
from backproof.verdict import Status
from checks.in_torch.functions import code, normal

IDS = torch.tensor([0, 1, 1, 4])


def test_the_row_of_a_padding_is_a_declared_cut() -> None:
    """A table whose padding is looked up, as a module and as a function."""
    table = nn.Embedding(5, 3, padding_idx=1).double()
    functional = lambda w: F.embedding(IDS, w, padding_idx=1)  # noqa: E731
    for judged, given in ((table, IDS), (functional, normal(5, 3))):
        verdict = check_torch(judged, given)
        assert verdict.status is Status.WRONG and verdict.code == code("declared-cut")
        assert check_torch(judged, given, accept={"declared-cut": 1.0}).status is Status.ACCEPTED
    assert check_torch(table, torch.tensor([0, 4])).status is Status.CORRECT


def counted(table: Any) -> Any:
    """Rows whose gradient is divided by how often they are looked up."""
    return F.embedding(IDS, table, scale_grad_by_freq=True)


def unnormalised(logs: Any) -> Any:
    """A loss whose gradient torch takes as that of the logits."""
    length = torch.tensor([6])
    return F.ctc_loss(logs[:, None], torch.tensor([[1, 2]]), length, torch.tensor([2]))


@pytest.mark.parametrize(
    ("function", "given"), [(counted, normal(5, 3)), (unnormalised, normal(6, 4).log_softmax(-1))]
)
def test_other_conventions_are_wrong_by_a_code_that_can_be_accepted(
    function: Any, given: torch.Tensor
) -> None:
    """The gradient is not the function's: beyond the size that is accepted it stays wrong."""
    verdict = check_torch(function, given)
    assert verdict.status is Status.WRONG and verdict.size
    for size, status in ((1.01, Status.ACCEPTED), (0.99, Status.WRONG)):
        accept = {verdict.code: verdict.size * size}
        assert check_torch(function, given, accept=accept).status is status


def test_the_loss_of_logits_is_right() -> None:
    """Normalised within the function, the convention of the loss is the truth."""
    assert check_torch(lambda x: unnormalised(x.log_softmax(-1)), normal(6, 4))


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr"])
def test_sparse_tensors_may_be_closed_over(layout: str) -> None:
    """A matrix of another layout is a constant, and stays what it was."""
    dense = normal(3, 4) * (normal(3, 4) > 0)
    matrix = getattr(dense, layout)()
    assert check_torch(lambda x: matrix @ x.tanh(), normal(4, 2)).status is Status.CORRECT
    assert torch.equal(matrix.to_dense(), dense)


def test_sparse_gradients_are_judged_as_dense_ones() -> None:
    """Those of a table that asks for them."""
    table = nn.Embedding(5, 3, sparse=True).double()
    assert check_torch(table, IDS).status is Status.CORRECT
