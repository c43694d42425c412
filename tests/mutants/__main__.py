"""Plants every fault in a copy of the judge, runs the tests that could catch it, and counts.

Run from `tests`: python -m mutants [words of meanings]. Exit 1 where fewer than 95% are caught.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from mutants.mutant import Mutant
from mutants.planting import Tree, copied
from mutants.table import MUTANTS

LEAST = 0.95
"""Of the faults must be caught."""
TOGETHER = 2
"""Copies in which tests run at the same time."""


def main(words: list[str]) -> int:
    """The exit code. words: of the meanings of the faults that are to be planted; all without."""
    chosen = [m for m in MUTANTS if all(word in m.meaning for word in words)]
    with copied() as one, copied() as two:
        trees: SimpleQueue[Tree] = SimpleQueue()
        for tree in (one, two):
            trees.put(tree)
        sound = one.tests(sorted({test for m in chosen for test in m.tests}))
        if sound.returncode:
            print(f"The tests fail without any fault:\n{sound.stdout[-3000:]}")
            return 1

        def caught(mutant: Mutant) -> bool:
            tree = trees.get()
            try:
                return tree.catches(mutant)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(TOGETHER) as pool:
            found = list(pool.map(caught, chosen))
    for mutant, is_caught in zip(chosen, found, strict=True):
        print(f"{'caught' if is_caught else 'NOT CAUGHT':10}  {mutant.path}: {mutant.meaning}")
    print(f"{sum(found)} of {len(found)} faults in the judge are caught")
    return int(sum(found) < LEAST * len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
