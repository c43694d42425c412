"""Changes to a backward pass that are to be tried, kind by kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from backproof.diagnosis import numbers, rearrangements, repairs, substitutions
from backproof.diagnosis.families import Family
from backproof.diagnosis.first_order import FirstOrder
from backproof.diagnosis.following import Program
from backproof.diagnosis.known import Known
from backproof.diagnosis.repairs import Repair, Trial, everywhere, operand, with_operand
from backproof.diagnosis.written import assignment
from backproof.exact.record import Step


@dataclass(frozen=True, slots=True)
class Trials:
    """What can be tried with a family of steps. wanted: the tensors that are to become right."""

    program: Program
    known: Known
    wanted: frozenset[str]
    first_order: FirstOrder

    def plain(self, family: Family) -> Iterator[Trial]:
        """Its operator, its axes, its order."""
        return _of(family, chain(repairs.operators(family), rearrangements.rearranged(family)))

    def opposite(self, family: Family) -> Iterator[Trial]:
        """Its sign."""
        return _of(family, repairs.opposite(family))

    def substituted(self, family: Family) -> Iterator[Trial]:
        """Its operands."""
        known = [*self.known.variables(family), *self.known.decisions(family)]
        yield from _of(family, substitutions.substituted(family, known))
        yield from _of(family, substitutions.simplified(family))

    def functions(self, family: Family) -> Iterator[Trial]:
        """Its function, or one of an operand."""
        return _of(family, substitutions.functions(family))

    def completed(self, family: Family) -> Iterator[Trial]:
        """A factor or a term of what the author has at hand; of a loop also of the turn before."""
        known = [*self.known.variables(family), *self.known.carried(family.turns)]
        return _of(family, repairs.completed(family, known))

    def within(self, family: Family) -> Iterator[Trial]:
        """The same in an operand."""
        return _of(family, repairs.within(family, self.known.variables(family)))

    def by_parts(self, family: Family) -> Iterator[Trial]:
        """An operand of the forward pass, a factor or a term, of what makes the true gradient."""
        parts = self.known.parts(family.turns)
        ends = [self.program.outputs[n] for n in self.wanted]
        given = [k for k, x in enumerate(family.first.inputs) if x not in self.program.claim]
        slots = [] if family.first in ends else given
        yield from _of(family, substitutions.substituted(family, parts, slots))
        yield from _of(family, repairs.completed(family, parts))

    def replaced(self, family: Family) -> Iterator[Trial]:
        """A true gradient in its place."""
        known = [*self.known.adjoints(family.turns), *self.known.parts(family.turns)]
        return _of(family, rearrangements.replaced(family, known))

    def times(self, family: Family) -> Iterator[Trial]:
        """Times the number that is due."""
        return numbers.times(family, self.first_order, self.known.constants)

    def numbers(self, family: Family) -> Iterator[Trial]:
        """The numbers in it, as they have to be."""
        return numbers.others(family, self.first_order)

    def read(self, x: Step) -> Iterator[Trial]:
        """What a value stands for wherever it leads to wrong tensors alone."""
        readers = [s for s in self.program.claim if self._is_read(x, s)]
        led = [self.program.leading[s.number] for s in readers]
        if len(readers) < 2 or not self.wanted <= frozenset().union(*led):
            return
        family, slot = Family((readers[0],)), readers[0].inputs.index(x)
        place = assignment(family.place, slot)
        for q in [*self.known.variables(family), *self.known.parts(1)]:
            if q.shape == x.shape and q.steps[0] is not x:
                words = f"{operand(readers[0], slot)} is read where {q.words} is due"
                changes = {
                    s.number: (0, with_operand(Family((s,)), k, lambda n, v, vs, q=q: q.at(n, vs)))
                    for s in readers
                    for k in [s.inputs.index(x)]
                }
                first = changes[readers[0].number][1]
                slug = substitutions.of_operand(x, q)
                slug = slug if slug == "at-the-output" else "path-left-out"
                yield Trial(family, Repair(slug, words, first, place), changes)

    def _is_read(self, x: Step, step: Step) -> bool:
        led = self.program.leading.get(step.number, frozenset())
        return (
            bool(self.wanted & led)
            and led <= self.program.wrong
            and any(y is x for y in step.inputs)
        )


def _of(family: Family, changes: Iterable[Repair]) -> Iterator[Trial]:
    return (Trial(family, repair, everywhere(family, repair)) for repair in changes)
