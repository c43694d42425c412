"""Products of arrays: dot, inner, einsum, correlate, each as contractions."""

from typing import Any

import numpy as np

from backproof.exact.primitives.moves import moved
from backproof.exact.primitives.products import contract
from backproof.exact.primitives.reductions import summed
from backproof.exact.record import Step

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def dot(a: Step, b: Step) -> Step:
    """numpy.dot."""
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    la = LETTERS[: a.ndim]
    lb = list(LETTERS[a.ndim : a.ndim + b.ndim])
    lb[-2 if b.ndim > 1 else -1] = la[-1]
    return contract(a, b, letters=f"{la},{''.join(lb)}->{la[:-1]}{_left(lb, la[-1])}")


def inner(a: Step, b: Step) -> Step:
    """numpy.inner: over the last axes of both."""
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    la = LETTERS[: a.ndim]
    lb = LETTERS[a.ndim : a.ndim + b.ndim - 1] + la[-1]
    return contract(a, b, letters=f"{la},{lb}->{la[:-1]}{lb[:-1]}")


def vdot(a: Step, b: Step) -> Step:
    """numpy.vdot: of all elements, those of the first conjugate."""
    flat = [x if x.ndim == 1 else moved(np.ravel, x) for x in (a, b)]
    first = np.conjugate(flat[0]) if a.is_complex else flat[0]
    return contract(first, flat[1], letters="k,k->")


def _left(letters: Any, out: str) -> str:
    return "".join(c for c in letters if c != out)


def einsum(subscripts: str, *operands: Step) -> Step:
    """numpy.einsum of any number of arrays: diagonals, then two at a time from the left."""
    terms, out = _letters(subscripts, operands)
    parts = [_diagonal(x, letters) for x, letters in zip(operands, terms, strict=True)]
    step, letters = parts[0]
    for k, (other, more) in enumerate(parts[1:], start=1):
        later = set(out).union(*(p[1] for p in parts[k + 1 :]))
        step, letters = _alone(step, letters, later | set(more))
        other, more = _alone(other, more, later | set(letters))
        step, other, letters, more = _alike(step, letters, other, more)
        kept = "".join(c for c in dict.fromkeys(letters + more) if c in later)
        kept = out if sorted(kept) == sorted(out) else kept
        step, letters = contract(step, other, letters=f"{letters},{more}->{kept}"), kept
    step, letters = _alone(step, letters, set(out))
    order = [letters.index(c) for c in out]
    return step if letters == out else moved(lambda p: p.transpose(order), step)


def _letters(subscripts: str, operands: Any) -> tuple[list[str], str]:
    """The letters of every array and of the result, the ellipsis written out."""
    given, arrow, out = subscripts.replace(" ", "").partition("->")
    spare = [c for c in LETTERS.upper() + LETTERS if c not in subscripts]
    terms, widest = given.split(","), 0
    for k, (term, x) in enumerate(zip(terms, operands, strict=True)):
        if "..." in term:
            count = x.ndim - len(term.replace("...", ""))
            widest = max(widest, count)
            terms[k] = term.replace("...", "".join(spare[:count][::-1]))
    lead = "".join(spare[:widest][::-1])
    if not arrow:
        everything = "".join(terms)
        out = lead + "".join(
            c for c in sorted(set(everything)) if everything.count(c) == 1 and c not in lead
        )
    return terms, out.replace("...", lead)


def _diagonal(x: Step, letters: str) -> tuple[Step, str]:
    """An array in which every letter stands once."""
    once = "".join(dict.fromkeys(letters))
    if once == letters:
        return x, letters
    return moved(lambda p: np.einsum(f"{letters}->{once}", p), x), once


def _alone(x: Step, letters: str, wanted: set[str]) -> tuple[Step, str]:
    """Summed over the letters that nobody else has."""
    axes = tuple(k for k, c in enumerate(letters) if c not in wanted)
    left = "".join(c for c in letters if c in wanted)
    return (summed(x, axes), left) if axes else (x, letters)


def _alike(a: Step, la: str, b: Step, lb: str) -> tuple[Step, Step, str, str]:
    """Without the axes of one that broadcast against longer ones."""
    pairs = [(c, a.shape[la.index(c)], b.shape[lb.index(c)]) for c in la if c in lb]
    for c, n, m in pairs:
        if n != m and n == 1:
            a, la = _without(a, la, c)
        elif n != m:
            b, lb = _without(b, lb, c)
    return a, b, la, lb


def _without(x: Step, letters: str, letter: str) -> tuple[Step, str]:
    axis = letters.index(letter)
    return moved(lambda p: np.squeeze(p, axis), x), letters.replace(letter, "")


def convolve(a: Step, v: Step, mode: str = "full") -> Step:
    """numpy.convolve: every window of the longer one with the shorter one turned round."""
    if a.shape[0] < v.shape[0]:
        a, v = v, a
    k = v.shape[0]
    before = {"full": k - 1, "same": (k - 1) - (k - 1) // 2, "valid": 0}[mode]
    after = {"full": k - 1, "same": (k - 1) // 2, "valid": 0}[mode]
    turned = moved(lambda p: p[::-1], v)

    def windows(p: Any) -> Any:
        return np.lib.stride_tricks.sliding_window_view(np.pad(p, (before, after)), k)

    return contract(moved(windows, a), turned, letters="ik,k->i")


def correlate(a: Step, v: Step, mode: str = "valid") -> Step:
    """numpy.correlate: sum of a[n + k] conj(v[n])."""
    other = np.conjugate(v) if v.is_complex else v
    if a.shape[0] >= v.shape[0]:
        return convolve(a, moved(lambda p: p[::-1], other), mode)
    swapped = convolve(moved(lambda p: p[::-1], a), other, mode)
    return moved(lambda p: p[::-1], swapped)
