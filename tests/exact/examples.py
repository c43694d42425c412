"""An example of every line of the table of primitives: what it is applied to, and its settings."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Example:
    """Arguments of a primitive; those whose places are in `held` are constants, or decisions."""

    arguments: tuple[Any, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    held: tuple[int, ...] = ()


def _normal(*shape: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


def _within(low: float, high: float, n: int = 4) -> Any:
    """Numbers between two bounds, none of them special."""
    return low + (high - low) * np.array([0.9137, 0.2718, 0.5479, 0.0832])[:n]


def _complex(*shape: int, seed: int = 1) -> Any:
    return _normal(*shape, seed=seed) + 1j * _normal(*shape, seed=seed + 100)


def _of(*arguments: Any, held: tuple[int, ...] = (), **settings: Any) -> Example:
    return Example(arguments, settings, held)


ANY, POSITIVE, SMALL = _within(-3, 3), _within(0.05, 4), _within(-0.95, 0.95)
UNIT, OVER_ONE, OTHER = _within(0.02, 0.98), _within(1.05, 5), _within(-2, 1.5)[::-1]
MATRIX, STACK, MASK = _normal(3, 4), _normal(2, 3, 3), np.array([True, False, True, True])
DEFINITE = STACK @ STACK.swapaxes(-1, -2) + 0.5 * np.eye(3)
TALL, SINGULAR = _normal(2, 4, 3), np.outer([1.0, 2.0, -1.0], [0.5, 1.0, 3.0])
COMPLEX, COMPLEX_STACK = _complex(4), _complex(2, 3, 3)
HERMITIAN = COMPLEX_STACK @ np.conj(COMPLEX_STACK.swapaxes(-1, -2)) + 0.5 * np.eye(3)
POSITIONS = np.array([[3, 0, 1], [3, 8, 12]])
SIGNS = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
SHAPES = np.array([0.4, 1.0, 6.5])
"""Of gamma distributions."""


def _svd(a: Any) -> dict[str, Any]:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return {"u": u, "vh": vh}


def _eigenvectors(a: Any) -> dict[str, Any]:
    return {"like": np.linalg.eigh((a + np.conj(a.swapaxes(-1, -2))) / 2)[1]}


def _eig(a: Any) -> dict[str, Any]:
    values, vectors = np.linalg.eig(a.astype(complex))
    return {"values": values, "vectors": vectors}


COMPLEX_TOO = (
    "negative square reciprocal exp sin cos tan sinh cosh tanh cast cut conjugate expm1 sqrt log "
    "arctan"
)
ANYWHERE = (
    "cbrt exp2 arcsinh sech2 expit deg2rad rad2deg log_expit softplus erf erfc ndtr rgamma "
    "gammaln gamma erfcx erfi dawsn log_ndtr expi exprel sinc cosm1 j0 j1 i0 i1"
)
ABOVE_0 = "rsqrt log2 log10 log1p psi exp1 spence lambertw y0 y1 i0e i1e k0 k1 k0e k1e"

EXAMPLES: dict[str, list[Example]] = {
    **{name: [_of(ANY), _of(COMPLEX)] for name in COMPLEX_TOO.split()},
    **{name: [_of(ANY)] for name in ANYWHERE.split()},
    **{name: [_of(POSITIVE)] for name in ABOVE_0.split()},
    **{name: [_of(SMALL)] for name in ("arcsin", "arccos", "arctanh", "erfinv")},
    **{name: [_of(UNIT)] for name in ("logit", "ndtri")},
    **{
        name: [_of(ANY, OTHER), _of(MATRIX, MATRIX[:1]), _of(COMPLEX, OTHER)]
        for name in ("add", "subtract", "multiply", "divide")
    },
    **{name: [_of(ANY, OTHER)] for name in ("hypot", "logaddexp", "logaddexp2", "arctan2")},
    "sqrt": [_of(POSITIVE), _of(COMPLEX)],
    "log": [_of(POSITIVE), _of(COMPLEX)],
    "arccosh": [_of(OVER_ONE)],
    "power": [_of(POSITIVE, OTHER), _of(ANY, np.array(3.0), held=(1,))],
    "real": [_of(COMPLEX)],
    "imag": [_of(COMPLEX)],
    "complex": [_of(ANY, OTHER)],
    "erfcinv": [_of(2 * UNIT)],
    "lambertw_lower": [_of(-UNIT / np.e)],
    "polygamma": [_of(np.array(2), POSITIVE, held=(0,))],
    "zeta": [_of(np.array(2.5), POSITIVE, held=(0,)), _of(np.array(3.0), -POSITIVE, held=(0,))],
    "expn": [_of(np.array(2), POSITIVE, held=(0,))],
    "gammainc": [_of(POSITIVE, POSITIVE[::-1])],
    "gammaincc": [_of(POSITIVE, POSITIVE[::-1])],
    "gammainc_order": [_of(POSITIVE, POSITIVE[::-1], held=(0,))],
    "beta": [_of(POSITIVE, POSITIVE[::-1])],
    "betaln": [_of(POSITIVE, POSITIVE[::-1])],
    "betainc": [_of(POSITIVE, POSITIVE[::-1], UNIT)],
    "betainc_order": [_of(POSITIVE, POSITIVE[::-1], UNIT, held=(0, 1))],
    "hyp1f1": [_of(np.array(1.5), np.array(2.5), ANY, held=(0, 1))],
    "hyp2f1": [_of(np.array(1.5), np.array(0.5), np.array(2.5), SMALL, held=(0, 1, 2))],
    "hyp0f1": [_of(np.array(1.5), ANY, held=(0,))],
    "sinc": [_of(ANY), _of(np.array([0.0, 1e-9, -1e-4]))],
    "exprel": [_of(ANY), _of(np.array([0.0, 1e-9, -1e-4]))],
    **{name: [_of(np.array(1.5), POSITIVE, held=(0,))] for name in ("jv", "yv", "iv", "kv")},
    **{name: [_of(np.array(1.5), POSITIVE, held=(0,))] for name in ("ive", "kve")},
    "move": [_of(MATRIX, positions=POSITIONS, layout=None, decisions=0)],
    "spread": [
        _of(_normal(2, 3), places=np.array([[2, 0, 1], [2, 4, 4]]), shape=(2, 2)),
        _of(_complex(2, 3), places=np.array([[2, 0, 1], [2, 4, 4]]), shape=(2, 2)),
    ],
    "total": [_of(MATRIX, axis=(0,)), _of(STACK, axis=(0, 2)), _of(COMPLEX, axis=(0,))],
    "cumsum": [_of(MATRIX, axis=1), _of(MATRIX, axis=0, reverse=True)],
    "contract": [
        _of(_normal(3, 4), _normal(4, 2, seed=2), letters="ik,kj->ij"),
        _of(STACK, _normal(2, 3, seed=2), letters="nij,nj->in"),
        _of(_complex(3, 4), _normal(4, seed=2), letters="ik,k->i"),
    ],
    "keep": [_of(MASK, ANY, held=(0,)), _of(np.array([0.25, 0, 1, 1]), ANY, held=(0,))],
    "choose": [_of(MASK, ANY, OTHER, held=(0,)), _of(MASK, MATRIX, OTHER, held=(0,))],
    "pick": [_of(np.eye(3, 4, dtype=bool), MATRIX, held=(0,), axis=1)],
    **{
        name: [_of(STACK), _of(COMPLEX_STACK)]
        for name in ("inv", "det", "adjugate", "logabsdet", "expm", "lu", "singular_values")
    },
    "solve": [
        _of(STACK, _normal(2, 3, 2, seed=2)),
        _of(COMPLEX_STACK, _normal(2, 3, 2, seed=2)),
    ],
    "pinv": [_of(TALL), _of(TALL.swapaxes(-1, -2)), _of(_complex(2, 3))],
    "cholesky": [_of(DEFINITE), _of(HERMITIAN)],
    "eigenvalues": [_of(STACK), _of(COMPLEX_STACK)],
    "eigenvectors": [
        _of(STACK, **_eigenvectors(STACK)),
        _of(COMPLEX_STACK, **_eigenvectors(COMPLEX_STACK)),
    ],
    **{
        f"eigen{what}_of_any": [
            _of(STACK, **_eig(STACK)),
            _of(COMPLEX_STACK, **_eig(COMPLEX_STACK)),
        ]
        for what in ("values", "vectors")
    },
    "singular_u": [_of(TALL, **_svd(TALL)), _of(MATRIX, **_svd(MATRIX))],
    "singular_vh": [_of(TALL, **_svd(TALL)), _of(MATRIX, **_svd(MATRIX))],
    "qr_q": [_of(TALL, signs=SIGNS), _of(_complex(2, 4, 3), signs=SIGNS)],
    "qr_r": [_of(TALL, signs=SIGNS), _of(_complex(2, 4, 3), signs=SIGNS)],
    "fft": [_of(MATRIX, axes=(0, 1)), _of(_complex(3, 5), axes=(1,))],
    "ifft": [_of(_complex(3, 5), axes=(1,)), _of(MATRIX, axes=(0,))],
    "dct": [_of(MATRIX, axis=1)],
    "dct_adjoint": [_of(MATRIX, axis=0)],
    "gamma_sample": [
        _of(SHAPES, at=SHAPES, drawn=np.array([0.1, 1.5, 7.0]), log=False),
        _of(SHAPES, at=SHAPES, drawn=np.array([-9.0, 0.3, 2.0]), log=True),
    ],
}
EXAMPLES["singular_values"] += [_of(TALL), _of(_complex(3, 2))]
EXAMPLES["det"] += [_of(SINGULAR), _of(np.diag([1.0, 2.0, 0.0]))]
"""By the name of a line."""
