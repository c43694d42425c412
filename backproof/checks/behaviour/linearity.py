"""Is a backward pass linear in its cotangent, as every derivative is?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backproof.checks.behaviour.notebook import Notebook
from backproof.checks.behaviour.repeats import Answer, same
from backproof.exact.precision import BFLOAT16, Array
from backproof.verdict.decisions import CLEARLY, MULTIPLES, SHORT_MULTIPLES, ULPS

Ask = Callable[[Answer, Notebook], Answer]
"""A cotangent, by the names of the outputs, to the gradients; breaches go into the notebook."""


def cotangents(outputs: Mapping[str, Array], rng: np.random.Generator) -> dict[str, Array]:
    """A random cotangent for every output, in its dtype: odd multiples of 2^-8 in (-1, 1).

    They have few bits, so that the sum of two is exact even in float16, and none is 0.
    """
    return {
        name: ((2 * rng.integers(-128, 128, y.shape) + 1) / 256).astype(y.dtype)
        for name, y in outputs.items()
    }


NARROW = {"float16", "bfloat16", "half", "autocast"}
"""What code mentions that computes in a format of few digits or exponents, whatever it returns."""


def factors(dy: Answer, book: Notebook) -> tuple[float, ...]:
    """The multiples of a cotangent to ask for: powers of 2, by which floats scale exactly, so large
    and so small that what clips, adds a constant or divides by a norm cannot go unseen.
    """
    narrow = any(d.dtype.itemsize == 2 for d in dy.values()) or _is_narrow(book)
    return SHORT_MULTIPLES if narrow else MULTIPLES


def _is_narrow(book: Notebook) -> bool:
    return not NARROW.isdisjoint(book.names)


def report_nonlinearity(
    book: Notebook,
    ask: Ask,
    dy: Sequence[Answer],
    g: Sequence[Answer],
    eps: float = 0.0,
) -> None:
    """Ask for multiples of a cotangent and for the sum of two; BP212 where the answer is another.

    dy, g: two cotangents and their gradients. The rounding of sums is seen beside the size of the
    largest; three times a cotangent, exact too, shows more of it where the code rounds to fewer
    digits than it returns. A gradient that is the same for all cotangents is doubted under BP109
    instead. eps: of the code's own formats, where NumPy has none of these.
    """
    wanted = factors(dy[0], book)
    multiples = {k: _asked(book, ask, {n: d * k for n, d in dy[0].items()}) for k in wanted}
    total = _asked(book, ask, {n: d + dy[1][n] for n, d in dy[0].items()})
    triple = _asked(book, ask, {n: d * 3 for n, d in dy[0].items()})
    eps = max(eps, *(float(np.finfo(d.dtype).eps) for d in dy[0].values()))
    scale = max(map(_largest, g[0].values()), default=0)
    coarsest = 2 * BFLOAT16.u if _is_narrow(book) else eps
    for name, first in g[0].items():
        second = g[1].get(name)
        answers = {k: answer[name] for k, answer in multiples.items() if _finite(answer.get(name))}
        if second is None or not (_finite(first) and _finite(second)):
            continue
        if first.any() and answers and all(same(first, a) for a in (second, *answers.values())):
            book.doubt("BP109", name, "is the same for every cotangent")
            continue
        bent = [detail for k, a in answers.items() if (detail := _bent(first, a, k, eps))]
        if not bent and _finite(total.get(name)) and _finite(triple.get(name)):
            off = _largest(_wide(total[name]) - first - second)
            noise = _largest(_wide(triple[name]) - 3 * _wide(first))
            size = max(scale, _largest(second))
            if off > max(np.sqrt(max(eps, coarsest)) * size, CLEARLY * size, ULPS * noise):
                bent = [f"for the sum of two cotangents it is {off:.3g} off the sum of the two"]
        if bent:
            book.report("BP212", name, bent[0])


def _bent(first: Array, answer: Array, times: float, eps: float) -> str:
    """How the gradient at a multiple of the cotangent is not that multiple; "" where it is."""
    true = _wide(first)
    size, most = _largest(true), _largest(answer)
    kind = answer.dtype if answer.dtype.kind == "f" else np.dtype(np.float64)
    lost = float(np.finfo(kind).smallest_normal) / min(abs(times), 1.0)
    off = _largest(_wide(answer) / times - true)
    if off <= ULPS * max(eps, float(np.finfo(kind).eps)) * size + lost:
        return ""
    if abs(times) != 1 and off <= CLEARLY * size:  # as of an algorithm that scales what it is given
        return ""
    if times == -1:
        return f"for -dy it is {off:.3g} off the negative of what it is for dy"
    ratio = most / size if size else np.inf
    return f"for {times:.7g} dy it is {ratio:.6g} times as large as for dy"


def _asked(book: Notebook, ask: Ask, dy: Answer) -> Answer:
    """The gradients for a cotangent; none where that cannot be asked."""
    with book.aside() as page:
        return ask(dy, page)
    return {}


def _largest(array: Array) -> Any:
    return np.abs(array).max(initial=0)


def _wide(array: Array) -> Array:
    return array.astype(np.promote_types(array.dtype, np.float64))


def _finite(g: Array | None) -> bool:
    return g is not None and bool(np.isfinite(g).all())
