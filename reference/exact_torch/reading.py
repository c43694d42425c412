"""From a traced graph to a program: its values numbered, its steps written down, none unused."""

import operator
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from architectures import Array
from reference.exact.arithmetic import CannotFollow
from reference.exact_torch.following import op_name
from reference.exact_torch.graphs import Constants, Graph, fold, functional, lift_constants
from reference.exact_torch.program import Program, Ref, Step
from reference.exact_torch.rules import RULES

NO_MATTER = {"device", "layout", "pin_memory", "memory_format", "non_blocking", "requires_grad"}
"""Arguments that change no number."""


def read(
    graph: Graph,
    tensors: Mapping[str, torch.Tensor],
    cotangents: Sequence[str],
    labels: Sequence[str],
    results: int,
    pristine: Mapping[int, torch.Tensor],
) -> Program:
    """The program that a graph stands for.

    tensors: the graph's inputs by name. labels: a name for each of its outputs. results: how many
    of them are the function's own. pristine: what captured tensors held before the trace, by id.
    """
    constants = lift_constants(graph, pristine)
    graph = functional(graph, [*tensors.values(), *constants])
    nodes = list(graph.graph.nodes)
    inputs = [node for node in nodes if node.op == "placeholder"]
    known: Constants = dict(zip(inputs[len(tensors) :], constants, strict=True))
    fold(nodes, known)
    writer = Writer(inputs[: len(tensors)], known)
    writer.write(needed(nodes, writer))
    indices = [writer.index[node] for node in nodes[-1].args[0]]
    first = len(tensors) + len(writer.constants)
    return Program(
        {name: t.numpy() for name, t in tensors.items()},
        tuple(cotangents),
        tuple(writer.constants),
        _with_spent(writer.steps, first, indices),
        tuple(zip(labels, indices, strict=True)),
        results,
    )


class Writer:
    """Numbers the values of a graph and writes its steps down.

    Integers that depend on no input are constants, computed by PyTorch. Floats that depend on none
    are computed by rules where there are any: 1 / 3 is as exact as the arithmetic is.
    """

    def __init__(self, inputs: Sequence[torch.fx.Node], known: Constants) -> None:
        self.index = {node: k for k, node in enumerate(inputs)}
        self.known = known
        self.constants: list[Array] = []
        self.steps: list[Step] = []

    def is_constant(self, node: torch.fx.Node) -> bool:
        """Whether the program holds a node's value instead of computing it."""
        if node not in self.known:
            return False
        if node.op == "placeholder" or not rule_of(node):
            return True
        if node.target is operator.getitem:
            return self.is_constant(node.all_input_nodes[0])
        values = self.known[node]
        parts = values if isinstance(values, tuple | list) else [values]
        return not any(x.is_floating_point() for x in parts)

    def write(self, nodes: Sequence[torch.fx.Node]) -> None:
        """Constants first, since steps are numbered after them; then the steps, in their order."""
        for node in filter(self.is_constant, nodes):
            if isinstance(self.known[node], torch.Tensor):
                self.index[node] = len(self.index)
                self.constants.append(self.known[node].numpy())
        for node in nodes:
            if node.op == "call_function" and not self.is_constant(node):
                self.index[node] = len(self.index)
                self.steps.append(self.step(node))

    def step(self, node: torch.fx.Node) -> Step:
        """A node as a step."""
        place = str(node.meta.get("stack_trace", ""))
        rule = rule_of(node)
        if rule is None:
            raise CannotFollow(f"ATen's {node.target} has no exact rule {place}".rstrip())
        if (
            rule.startswith("as_strided")
            and not node.all_input_nodes[0].meta["val"].is_contiguous()
        ):
            raise CannotFollow(f"as_strided of a tensor that is not contiguous {place}".rstrip())
        kwargs = {k: self.argument(a) for k, a in node.kwargs.items() if k not in NO_MATTER}
        return Step(rule, tuple(map(self.argument, node.args)), kwargs, place)

    def argument(self, x: Any) -> Any:
        """An argument as plain data."""
        if isinstance(x, torch.fx.Node):
            return Ref(self.index[x])
        if isinstance(x, list | tuple):
            return [self.argument(part) for part in x]
        if isinstance(x, torch.dtype):
            return "b" if x == torch.bool else "f" if x.is_floating_point else "i"
        return x


def rule_of(node: torch.fx.Node) -> str | None:
    """The key of a node's rule: its operation's name with the overload, or without."""
    if node.target is operator.getitem:
        return "getitem"
    name = op_name(node)
    whole = f"{name}.{getattr(node.target, '_overloadname', '')}"
    return whole if whole in RULES else name if name in RULES else None


def needed(nodes: Sequence[torch.fx.Node], writer: Writer) -> list[torch.fx.Node]:
    """The nodes that the outputs depend on, in their order."""
    wanted = set(nodes[-1].all_input_nodes)
    for node in reversed(nodes[:-1]):
        if node in wanted and not writer.is_constant(node):
            wanted.update(node.all_input_nodes)
    return [node for node in nodes[:-1] if node in wanted]


def _with_spent(steps: Sequence[Step], first: int, outputs: Collection[int]) -> tuple[Step, ...]:
    """Each step with the values that it is the last to use; `first` is the first step's index."""
    used = set(outputs)
    written = []
    for k, step in reversed(list(enumerate(steps))):
        refs = set(_refs([*step.args, *step.kwargs.values()])) | {first + k}
        written.append(replace(step, spent=tuple(refs - used)))
        used |= refs
    return tuple(reversed(written))


def _refs(arguments: Iterable[Any]) -> Iterator[int]:
    for x in arguments:
        if isinstance(x, Ref):
            yield x.index
        elif isinstance(x, list):
            yield from _refs(x)
