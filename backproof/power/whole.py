"""What a case costs with all witnesses, in units of the one thing that cannot be had for less."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from backproof.architectures import Case
from backproof.faults.claims import TARGET, differentiated, tensors_of
from backproof.suite.check_case import check_case


@dataclass(frozen=True, slots=True)
class Whole:
    """Seconds of all cases: judged by all witnesses, and the bare first call of the jitted loss."""

    cases: int
    judged: float
    bare: float

    def to_json(self) -> dict[str, Any]:
        """The seconds as JSON values, with their ratio."""
        return {**asdict(self), "judged/bare": self.judged / self.bare}

    def __str__(self) -> str:
        """The costs in a line."""
        return (
            f"all witnesses / bare first call of jax.jit(value_and_grad) on {self.cases} cases: "
            f"{self.judged / self.bare:.3f}"
        )


def measure_whole(cases: Sequence[Case]) -> Whole:
    """Judge cases and make the bare first calls, in turn; which comes first changes every time.

    Every case must be of another network: a shape that was seen before is not compiled again.
    """
    _warm_up(cases[0])
    judged = bare = 0.0
    for k, case in enumerate(cases[1:]):
        for which in (0, 1) if k % 2 else (1, 0):
            start = time.perf_counter()
            if which:
                check_case(case)
                judged += time.perf_counter() - start
            else:
                _bare_first_call(case)
                bare += time.perf_counter() - start
    return Whole(len(cases) - 1, judged, bare)


def _bare_first_call(case: Case) -> None:
    import jax

    from backproof.reference import jax_grad

    tensors = tensors_of(case)
    wanted = {name: tensors[name] for name in differentiated(tensors)}
    with jax.enable_x64(True):
        program = jax.jit(
            jax.value_and_grad(lambda t, target: jax_grad.evaluate(case.network, t, target))
        )
        program(wanted, tensors[TARGET])[0].block_until_ready()


def _warm_up(case: Case) -> None:
    """What is imported and set up once in a process belongs to no case."""
    _bare_first_call(case)
    check_case(case)
