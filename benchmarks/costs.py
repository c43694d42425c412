"""What verdicts cost, beside gradcheck and beside another checkout of this project.

python benchmarks/costs.py [OTHER-CHECKOUT] [NAME ...]: processor seconds of one call, the least of
a few, by this checkout and by the other, each in a process of its own, on one thread.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
REPEATS, LONG = 5, 2.0
"""A call is repeated so often, but none that takes so many seconds."""
draw = np.random.default_rng(0).standard_normal


def least(run: Callable[[], Any]) -> float:
    """Processor seconds of a call; the first one loads modules and is not counted."""
    found: list[float] = []
    while len(found) <= REPEATS and max(found[1:], default=0.0) < LONG:
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found[1:])


def forward(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    """Two dense layers with a ReLU between."""
    h = x @ w1 + b1
    a = np.maximum(h, 0)
    return a @ w2 + b2, (x, w1, h, a, w2)


def backward(dy: Any, cache: Any) -> Any:
    """Their gradients, right."""
    x, w1, h, a, w2 = cache
    dh = (dy @ w2.T) * (h > 0)
    return dh @ w1.T, x.T @ dh, dh.sum(0), a.T @ dy, dy.sum(0)


def one_off(dy: Any, cache: Any) -> Any:
    """One element is off by a thousandth."""
    dx, dw1, *others = backward(dy, cache)
    dw1[0, 0] *= 1.001
    return dx, dw1, *others


def divided(dy: Any, cache: Any) -> Any:
    """A bias is averaged over the batch."""
    dx, dw1, db1, *others = backward(dy, cache)
    return dx, dw1, db1 / len(dy), *others


def net(n: int, i: int, h: int, o: int, backward: Any = backward) -> Callable[[], Any]:
    """The verdict on the two layers, of these sizes."""
    import backproof

    at = draw((n, i)), draw((i, h)), draw(h), draw((h, o)), draw(o)
    return partial(backproof.check_layer, forward, backward, *at)


def dense() -> Callable[[], Any]:
    """The verdict on one right dense layer."""
    import backproof

    def back(dy: Any, cache: Any) -> Any:
        x, w = cache
        return dy @ w.T, x.T @ dy, dy.sum(0)

    at = draw((64, 256)), draw((256, 128)), draw(128)
    return partial(backproof.check_layer, lambda x, w, b: (x @ w + b, (x, w)), back, *at)


def case(*witnesses: str) -> Callable[[], Any]:
    """The verdict on a random network, by these witnesses or by all."""
    import backproof

    inside = (Path(backproof.__file__).parent / "architectures").exists()  # formerly beside it
    a: Any = import_module("backproof.architectures" if inside else "architectures")
    layers = a.Dense(4), a.GELU(), a.Dense(2)
    network = a.Network(inputs=3, layers=layers, loss=a.CrossEntropy())
    judged = getattr(backproof, "check_case", None) or backproof.judge  # its former name
    at = a.Case(network, batch=5, dtype="float64", data=a.Drawn("tame", seed=1))
    return partial(judged, at, **({"witnesses": witnesses} if witnesses else {}))


def in_torch(n: int, gradcheck: bool) -> Callable[[], Any]:
    """What is said of a function of n numbers, by gradcheck or by check_torch."""
    import torch

    import backproof

    x = torch.from_numpy(draw(n)).requires_grad_(gradcheck)
    run: Any = torch.autograd.gradcheck if gradcheck else backproof.check_torch
    return partial(run, lambda x: (torch.tanh(x) * x.exp()).sum(), (x,) if gradcheck else x)


def trial() -> Callable[[], Any]:
    """All claims of the two trial sets."""
    sys.path.insert(0, str(ROOT / "tests"))
    import wild
    import wild_frameworks

    import backproof

    claims = [*wild.CLAIMS]
    for way in ("check_torch", "check_jax"):
        claims += wild_frameworks.claims(way)

    def judged() -> None:
        for c in claims:
            way = getattr(backproof, c.way)
            known = "seconds" in signature(way).parameters  # in which what hangs has to answer
            seconds = {"seconds": 1.0} if known and c in wild.CLAIMS else {}
            way(*c.arguments(0), name=c.name, **{**seconds, **c.options})

    return judged


MEASURES: dict[str, Callable[[], Callable[[], Any]]] = {
    "a right layer of 90 numbers": lambda: net(4, 6, 5, 5),
    "a random case, by exact arithmetic": lambda: case("exact"),
    "a random case, by all witnesses": case,
    "1,000 elements, one off": lambda: net(8, 20, 30, 10, one_off),
    "1,000 elements, a tensor off": lambda: net(8, 20, 30, 10, divided),
    "9,000 elements, one off": lambda: net(16, 60, 80, 40, one_off),
    "9,000 elements, a tensor off": lambda: net(16, 60, 80, 40, divided),
    "35,000 elements, one off": lambda: net(32, 150, 120, 100, one_off),
    "35,000 elements, a tensor off": lambda: net(32, 150, 120, 100, divided),
    "a right layer of 33,000 weights": dense,
    "check_torch of 10 numbers": lambda: in_torch(10, gradcheck=False),
    "gradcheck of 10 numbers": lambda: in_torch(10, gradcheck=True),
    "check_torch of 1,000 numbers": lambda: in_torch(1000, gradcheck=False),
    "gradcheck of 1,000 numbers": lambda: in_torch(1000, gradcheck=True),
    "the trial sets": trial,
}


def by(checkout: Path, name: str) -> float:
    """The seconds of one measure by a checkout."""
    single = {"OMP_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    environment = {**os.environ, **single, "PYTHONPATH": str(checkout), "MEASURE": name}
    told = subprocess.run(
        [sys.executable, "-W", "ignore", __file__], env=environment, capture_output=True, check=True
    )
    return float(json.loads(told.stdout.splitlines()[-1]))


def main(other: Path | None, names: list[str]) -> None:
    """A line for every measure; the ratio is the other checkout's seconds to ours."""
    for name in names or MEASURES:
        ours = by(ROOT, name)
        theirs = f"{by(other, name):10.4f} s" if other else ""
        ratio = f"{float(theirs[:-1]) / ours:8.2f} times" if other else ""
        print(f"{name:36} {ours:10.4f} s {theirs} {ratio}", flush=True)


if __name__ == "__main__":
    if "MEASURE" in os.environ:
        print(json.dumps(least(MEASURES[os.environ["MEASURE"]]())))
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else None, sys.argv[2:])
