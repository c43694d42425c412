"""Examples of products: of vectors, matrices and lists of them."""

from typing import Any

import torch
import torch.nn.functional as F

from programs.aten.draws import Example, I, R, U


def linear() -> dict[str, Example]:
    """Linear algebra and transforms."""
    a, b = R(2, 3, 3), R(2, 3, 2)

    def positive(x: Any) -> Any:
        return x @ x.mT + torch.eye(3, dtype=x.dtype)

    return {
        "inv": (torch.linalg.inv, [a]),
        "solve": (torch.linalg.solve, [a, b]),
        "solve, right": (lambda a, b: torch.linalg.solve(a, b, left=False), [a, R(2, 2, 3)]),
        "triangular": (lambda a, b: torch.linalg.solve_triangular(a, b, upper=True), [a, b]),
        "cholesky": (lambda x: torch.linalg.cholesky(positive(x)), [a]),
        "cholesky solve": (
            lambda x, b: torch.cholesky_solve(b, torch.linalg.cholesky(positive(x))),
            [a, b],
        ),
        "det": (torch.linalg.det, [a]),
        "slogdet": (lambda x: torch.linalg.slogdet(x)[1], [a]),
        "eigvalsh": (lambda x: torch.linalg.eigvalsh(positive(x)), [a]),
        "singular values": (torch.linalg.svdvals, [R(3, 2)]),
        "qr": (lambda x: torch.linalg.qr(x), [R(3, 2)]),
        "lu": (lambda x: torch.linalg.lu_factor(x)[0], [a]),
        "lu solve": (
            lambda x, b: torch.linalg.lu_solve(*torch.linalg.lu_factor(x), b),
            [a, b],
        ),
        "pinv": (torch.linalg.pinv, [R(3, 2)]),
        "expm": (torch.linalg.matrix_exp, [a]),
        "fft": (lambda x: torch.fft.fft(x).abs(), [R(5)]),
        "rfft": (lambda x: torch.fft.rfft2(x, norm="ortho"), [R(3, 4)]),
        "irfft": (lambda x: torch.fft.irfft(torch.fft.rfft(x) * 2, 5), [R(5)]),
        "cross": (torch.linalg.cross, [R(2, 3), R(2, 3)]),
        "cdist": (torch.cdist, [R(3, 2), R(4, 2)]),
        "pdist": (F.pdist, [R(4, 2)]),
    }


def grouped() -> dict[str, Example]:
    """Chosen, ordered and put together."""
    x, at = R(3, 4), I([0, 1, 0, 2], [2, 2, 1, 0])
    found: dict[str, Example] = {}
    for how in ("sum", "mean", "prod", "amax", "amin"):
        found[f"scatter, {how}"] = (
            lambda x, s, h=how: x.scatter_reduce(0, at, s, h),
            [x, R(2, 4)],
        )
    words = I([0, 2, 2], [1, 1, 3])
    return found | {
        "kthvalue": (lambda x: x.kthvalue(2, 1)[0], [x]),
        "mode": (lambda x: x.mode(1)[0], [x]),
        "nanmedian": (lambda x: x.nanmedian(), [x]),
        "cummax": (lambda x: x.cummax(1)[0], [x]),
        "logcumsumexp": (lambda x: x.logcumsumexp(1), [x]),
        "aminmax": (lambda x: x.aminmax(dim=0), [x]),
        "renorm": (lambda x: x.renorm(2, 0, 1.0), [x]),
        "masked select": (lambda x: x[x > 0].cumsum(0), [x]),
        "sorted places": (lambda x: x.gather(1, x.argsort(1)) * x, [x]),
        "embedding": (lambda w: F.embedding(words, w), [R(4, 2)]),
        "bag": (lambda w: F.embedding_bag(words, w, mode="mean"), [R(4, 2)]),
        "weighted bag": (
            lambda w, s: F.embedding_bag(words, w, per_sample_weights=s, mode="sum"),
            [R(4, 2), R(2, 3)],
        ),
        "complex": (lambda x, y: torch.view_as_real(torch.complex(x, y) ** 2).sum(0), [x, R(3, 4)]),
        "polar": (lambda r, t: torch.polar(r, t).exp(), [U(3), R(3)]),
        "lerp": (torch.lerp, [R(4), R(4), U(4)]),
        "addcmul": (lambda x, a, b: torch.addcmul(x, a, b, value=0.3), [R(4), R(4), R(4)]),
        "lgamma": (torch.lgamma, [1 + U(4)]),
        "dropout": (lambda x: F.dropout(x, 0.5).exp(), [R(20)]),
        "index add": (lambda x, s: x.index_add(0, I(2, 2), s, alpha=0.5), [x, R(2, 4)]),
        "fill": (lambda x: x.clone().index_fill_(0, I(1), 0.5).masked_fill(x > 1, 2.0) * x, [x]),
        "windows": (lambda x: x.unfold(1, 2, 1).prod(-1), [x]),
        "roll": (lambda x: x.roll(1, 1).tril().flip(0).repeat(2, 1), [x]),
        "interleaved": (lambda x: x.repeat_interleave(I(1, 0, 2), 0), [x]),
    }
