"""A network is layers and a loss; its tensors are named by the gradients that belong to them."""

from collections.abc import Iterator
from dataclasses import dataclass

from backproof.architectures.layers import Layer, Shape
from backproof.architectures.losses import Loss

INPUT = "dx"
"""The name of the gradient of the input; the parameters' are "0.W", "0.b", "2.W", ..."""


@dataclass(frozen=True, slots=True)
class Network:
    """Layers applied one after the other to an input of `inputs` features, then a loss."""

    inputs: int
    layers: tuple[Layer, ...]
    loss: Loss

    def shapes(self) -> Iterator[tuple[Layer, Shape, dict[str, Shape]]]:
        """Each layer with the shape of its output and of its parameters, named as gradients are."""
        shape: Shape = (self.inputs,)
        for j, layer in enumerate(self.layers):
            shape, parameters = layer.signature(shape)
            yield layer, shape, {f"{j}.{name}": s for name, s in parameters.items()}

    @property
    def outputs(self) -> int:
        """The width of the last layer."""
        return next((s[0] for _, s, _ in reversed(list(self.shapes()))), self.inputs)

    @property
    def parameters(self) -> dict[str, Shape]:
        """The shape of every parameter, by the name of its gradient."""
        return {name: s for _, _, parameters in self.shapes() for name, s in parameters.items()}

    def target_shape(self, batch: int) -> Shape:
        """The shape of the targets that the loss takes for a batch."""
        return (batch,) if self.loss.targets == "index" else (batch, self.outputs)

    def __str__(self) -> str:
        """The network in a line: 3 > Dense(2) > ReLU > HalfSquaredError[mean]."""
        middle = [
            f"Dense({layer.width})" if hasattr(layer, "width") else type(layer).__name__
            for layer in self.layers
        ]
        return " > ".join([str(self.inputs), *middle, loss_name(self.loss)])


def loss_name(loss: Loss) -> str:
    """The loss in a word: SquaredError[mean], CrossEntropy[soft, sum]."""
    options = [getattr(loss, "labels", ""), loss.reduction]
    return f"{type(loss).__name__}[{', '.join(filter(None, options))}]"
