"""Mistakes as a machine makes them: one place of a right backward pass changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """A layer, and what stands in its backward pass instead of what; kind: of mistake."""

    layer: str
    right: str
    wrong: str
    kind: str

    def __str__(self) -> str:
        return f"{self.layer}: {self.right} -> {self.wrong}"


def of(layer: str, kind: str, *pairs: tuple[str, str]) -> tuple[Mutation, ...]:
    """Mutations of one kind, each by what stands there and what instead of it."""
    return tuple(Mutation(layer, right, wrong, kind) for right, wrong in pairs)
