"""What is done to a traced graph before it is read: no tensors of its own, no operations in place,
what depends on no input computed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.traceback import preserve_node_meta

from reference.exact_torch.decompositions import decompositions
from reference.exact_torch.following import op_name

Graph = torch.fx.GraphModule
Constants = dict[torch.fx.Node, Any]


def lift_constants(graph: Graph, pristine: Mapping[int, torch.Tensor]) -> list[torch.Tensor]:
    """Make every tensor that a graph holds an input of it, after the others; their values."""
    first = next(node for node in graph.graph.nodes if node.op != "placeholder")
    held: dict[str, torch.fx.Node] = {}
    values = []
    for node in [n for n in graph.graph.nodes if n.op == "get_attr"]:
        if node.target not in held:
            with graph.graph.inserting_before(first):
                held[node.target] = graph.graph.placeholder(node.target)
            value = getattr(graph, node.target)
            values.append(pristine.get(id(value), value))
        node.replace_all_uses_with(held[node.target])
        graph.graph.erase_node(node)
    graph.recompile()
    return values


def functional(graph: Graph, arguments: Sequence[torch.Tensor]) -> Graph:
    """The same graph without operations in place; what it did to its inputs is left out."""
    if not any(_mutates(node) for node in graph.graph.nodes):
        return graph
    run = torch.func.functionalize(torch.fx.Interpreter(graph).run, remove="mutations")
    with preserve_node_meta():
        plain = make_fx(run, decompositions())(*(x.clone() for x in arguments))
    for node in plain.graph.nodes:
        if op_name(node) == "copy_" and not node.users:
            plain.graph.erase_node(node)
    return plain


def fold(nodes: Sequence[torch.fx.Node], known: Constants) -> None:
    """Add to `known` the value of every node that depends on no input, by PyTorch itself."""
    for node in nodes:
        if node.op == "call_function" and all(x in known for x in node.all_input_nodes):
            operation: Any = node.target
            args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), known.__getitem__)
            known[node] = operation(*args, **kwargs)


def _mutates(node: torch.fx.Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and node.target._schema.is_mutable
