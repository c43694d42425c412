"""PyTorch in exact arithmetic on trial: every rule against ATen, whole networks against autograd,
and what a trace must leave alone.
"""

import copy
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from aten_examples import Arguments, aten, examples
from torch import nn

from reference.exact.arithmetic import CannotFollow, exactly
from reference.exact.arrays import balls, lift
from reference.exact.short import rounded, shorten
from reference.exact.witness import Exact, examine, point
from reference.exact_torch import Program, evaluate, trace, trace_gradient
from reference.exact_torch.program import Ref, Step
from reference.exact_torch.rules import RULES

EXAMPLES = examples(seed=0)


def one_step(name: str, given: Arguments, named: dict[str, Any]) -> Program:
    """A program of one rule; its input, a number that no step asks for, says the arithmetic."""
    constants: list[np.ndarray] = []

    def plain(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            constants.append(x.numpy())
            return Ref(len(constants))
        if isinstance(x, torch.dtype):
            return "b" if x == torch.bool else "f" if x.is_floating_point else "i"
        return [plain(part) for part in x] if isinstance(x, list) else x

    step = Step(name, tuple(map(plain, given)), {key: plain(x) for key, x in named.items()})
    inputs, last = {"x": np.ones(1)}, 1 + len(constants)
    return Program(inputs, (), tuple(constants), (step,), (("y", last),), 1)


def agree(result: Any, expected: Any) -> None:
    """Floats to 1e-12 of the largest, integers and shapes exactly."""
    if isinstance(expected, tuple | list):
        assert len(result) == len(expected)
        for one, other in zip(result, expected, strict=True):
            agree(one, other)
        return
    if np.asarray(result).dtype == object:
        values = np.array([float(b.mid()) for b in balls(result)]).reshape(np.shape(result))
    else:
        values = np.asarray(result)
    assert values.shape == expected.shape
    assert (values.dtype.kind == "f") == expected.is_floating_point()
    scale = (
        expected[torch.isfinite(expected)].double().abs().max().item() if expected.numel() else 0.0
    )
    np.testing.assert_allclose(values, expected.numpy(), rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_computes_what_its_aten_operation_computes(name: str) -> None:
    """On doubles, on balls and on short floats of 53 bits; a rule without an example fails."""
    for example in EXAMPLES[name]:
        named = example[-1] if isinstance(example[-1], dict) else {}
        given = example[: len(example) - bool(named)]
        operation = (lambda parts, k: parts[k]) if name == "getitem" else attrgetter(name)(aten)
        expected = operation(*given, **named)
        if name == "_to_copy" and expected.is_floating_point():
            expected = given[0].double()  # a shorter float is not what exactness rounds to
        program = one_step(name, given, named)
        with exactly(400):
            for number in (np.ones(1), lift(np.ones(1))):
                agree(evaluate(program, [number])[0], expected)
        with rounded(53):
            agree(evaluate(program, [shorten(np.ones(1))])[0], expected)


def test_every_example_has_a_rule() -> None:
    """The list of examples names no rule that is gone."""
    assert set(EXAMPLES) == set(RULES)


def certified(function: Any, *inputs: Any, seed: int = 0) -> Exact:
    """What exact arithmetic says of a scalar function's own gradient."""
    forward = trace(function, *inputs, seed=seed)
    backward = trace_gradient(function, *inputs, seed=seed)

    def loss(at: Any) -> Any:
        return evaluate(forward, [at[name] for name in forward.names])[0]

    def gradient(at: Any) -> dict[str, Any]:
        results = evaluate(backward, [at[name] for name in backward.names])
        return {"loss": results[0], **dict(zip(backward.leaves, results[1:], strict=True))}

    return examine(loss, gradient, point(backward.tensors), backward.leaves, 0)


class Classifier(nn.Module):
    """Layers, and the cross-entropy of what they give."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a batch."""
        return F.cross_entropy(self.layers(x), labels)


class Recurrent(nn.Module):
    """A recurrent module's outputs, weighed by a cosine."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number."""
        y, _ = self.inner(x)
        return (y * torch.cos(torch.arange(float(y.numel())).view(y.shape))).sum()


class Cells(nn.Module):
    """A cell run over the first axis."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number."""
        state = None
        for step in x:
            state = self.cell(step, state)
        return (state[0] if isinstance(state, tuple) else state).sin().sum()


class Attention(nn.Module):
    """Self-attention."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number."""
        return self.inner(x, x, x, need_weights=False)[0].sin().sum()


class Words(nn.Module):
    """The mean of word vectors, with repeated words, as logits."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 3)

    def forward(self, words: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a batch."""
        return F.cross_entropy(self.table(words).mean(1), labels)


def evaluated(module: nn.Module) -> nn.Module:
    """A module in evaluation mode, with statistics that are no longer 0 and 1."""
    module(torch.randn(4, 3, 4, 5), LABELS)
    return module.eval()


def in_place(x: torch.Tensor) -> torch.Tensor:
    """Writes through views, into masks, into itself."""
    y = torch.zeros(3, 4)
    y[:, 1] = x[:, 0]
    y[0] += x[1] * 2
    h = x.clone()
    h[h > 0] *= 2
    h.view(-1)[2:5].mul_(3).clamp_(max=2.0)
    return (y.sin() + h).cos().sum()


torch.manual_seed(0)
LABELS = torch.tensor([0, 2, 1, 2])
X, IMAGES, SEQUENCE = torch.randn(4, 6), torch.randn(4, 3, 4, 5), torch.randn(3, 2, 3)
POINT = torch.randn(3, 4)

NETWORKS: dict[str, tuple[Any, ...]] = {
    "dense": (Classifier(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 3)), X, LABELS),
    "max pool": (
        Classifier(nn.Conv2d(3, 2, 2, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        IMAGES,
        LABELS,
    ),
    "average pools": (
        Classifier(
            nn.Conv2d(3, 6, (2, 3), groups=3),
            nn.AvgPool2d(2, 1, padding=1),
            nn.AdaptiveAvgPool2d((2, 1)),
            nn.Flatten(),
        ),
        IMAGES,
        LABELS,
    ),
    "transposed": (
        Classifier(nn.ConvTranspose2d(3, 2, 2, stride=2), nn.AdaptiveMaxPool2d(2), nn.Flatten()),
        IMAGES,
        LABELS,
    ),
    "batch norm": (
        Classifier(nn.BatchNorm2d(3), nn.Conv2d(3, 3, (4, 5)), nn.Flatten()),
        IMAGES,
        LABELS,
    ),
    "batch norm, evaluated": (
        evaluated(Classifier(nn.BatchNorm2d(3), nn.Conv2d(3, 3, (4, 5)), nn.Flatten())),
        IMAGES,
        LABELS,
    ),
    "layer norm": (Classifier(nn.LayerNorm(6), nn.Linear(6, 3)), X, LABELS),
    "RMS norm": (Classifier(nn.RMSNorm(6), nn.Linear(6, 3)), X, LABELS),
    "group norm": (
        Classifier(nn.GroupNorm(2, 4), nn.GroupNorm(1, 4, affine=False), nn.Flatten()),
        torch.randn(4, 4, 2),
        LABELS,
    ),
    "LSTM cell": (Cells(nn.LSTMCell(3, 2)), SEQUENCE),
    "GRU cell": (Cells(nn.GRUCell(3, 2)), SEQUENCE),
    "LSTM": (Recurrent(nn.LSTM(3, 2, bidirectional=True)), SEQUENCE),
    "GRU": (Recurrent(nn.GRU(3, 2, batch_first=True)), SEQUENCE),
    "attention": (Attention(), torch.randn(2, 3, 4)),
    "transformer": (
        Classifier(nn.TransformerEncoderLayer(6, 2, 5, dropout=0.0), nn.Linear(6, 3)),
        X,
        LABELS,
    ),
    "embedding": (Words(), torch.tensor([[0, 1], [1, 1], [4, 0], [3, 3]]), LABELS),
    "in place": (in_place, POINT),
    "smoothed": (lambda z: F.cross_entropy(z, LABELS, label_smoothing=0.1), torch.randn(4, 3)),
    "Huber": (lambda z, t: F.huber_loss(z * z, t), POINT, torch.randn(3, 4)),
    "BCE": (lambda z: F.binary_cross_entropy(z.sigmoid(), torch.full((3, 4), 0.3)), POINT),
    "logits": (lambda z: F.binary_cross_entropy_with_logits(z, torch.ones(3, 4)), POINT),
    "causal": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True).sin().sum(),
        *torch.randn(3, 2, 3, 4).unbind(0),
    ),
    **{
        name: (lambda z, name=name: (getattr(F, name)(z) * z).sum(), POINT)
        for name in ("silu", "softplus", "elu", "selu", "mish", "celu", "hardswish", "logsigmoid")
    },
    "tanh gelu": (lambda z: F.gelu(z, approximate="tanh").sin().sum(), POINT),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_certified_and_computes_what_autograd_computes(name: str) -> None:
    """The Taylor order of torch's own gradient is 3, and its exact values are autograd's."""
    function, *inputs = NETWORKS[name]
    found = certified(function, *inputs)
    assert found.order.odd >= 2.9
    names, expected = autograd(function, inputs)
    assert list(found.values) == ["loss", *names]
    size = max(g.abs().max().item() for g in expected[1:])
    for result, value in zip(found.values.values(), expected, strict=True):
        exact = np.array([float(b.mid()) for b in result]).reshape(value.shape)
        np.testing.assert_allclose(exact, value.detach().numpy(), rtol=1e-12, atol=1e-12 * size)


def autograd(function: Any, inputs: list[Any]) -> tuple[list[str], list[torch.Tensor]]:
    """Names of the parameters; the loss and every gradient, in double and without any tracing."""
    double = copy.deepcopy(function)
    parameters = {}
    if isinstance(double, nn.Module):
        parameters = dict(double.double().named_parameters())
    values = [x.double().requires_grad_() if x.is_floating_point() else x for x in inputs]
    leaves = [*parameters.values(), *(x for x in values if x.requires_grad)]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        loss = double(*values)
    finally:
        torch.set_default_dtype(before)
    program = trace(function, *inputs)
    return list(program.leaves), [loss, *torch.autograd.grad(loss, leaves)]


class Cubed(torch.autograd.Function):
    """x^3, with a derivative that may be off by a part of itself."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, error: float) -> torch.Tensor:
        """y = x^3, computed where autograd does not look."""
        ctx.save_for_backward(x)
        ctx.error = error
        return x.data**3

    @staticmethod
    def backward(ctx: Any, dy: torch.Tensor) -> tuple[torch.Tensor, None]:
        """dx = 3 x^2 dy (1 + error)."""
        (x,) = ctx.saved_tensors
        return dy * 3 * x**2 * (1 + ctx.error), None


def test_a_functions_own_backward_is_what_is_judged() -> None:
    """A Function whose backward is off by a part of 10^-7 has order 1, the right one order 3."""
    weights = torch.tensor([0.1, 0.7, -0.3])

    def loss(x: torch.Tensor, error: float) -> torch.Tensor:
        return (Cubed.apply(x.sin(), error) * weights).sum()

    x = torch.tensor([0.3, -1.2, 0.8])
    assert certified(loss, x, 0.0).order.odd >= 2.9
    wrong = certified(loss, x, 1e-7)
    assert wrong.order.odd == pytest.approx(1, abs=1e-3)
    assert wrong.order.residue == pytest.approx(1e-7, rel=0.5)


def test_several_outputs_take_several_cotangents() -> None:
    """The gradient program maps the cotangents that it is given, not those it was traced with."""

    def function(state: dict[str, Any]) -> tuple[torch.Tensor, dict[str, Any]]:
        x, y = state["a"][0], state["b"]
        return x * y, {"norm": (x * x).sum(), "count": torch.tensor(3)}

    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])
    program = trace_gradient(function, {"a": [x], "b": y}, cotangents=[np.zeros(2), np.zeros(())])
    assert program.leaves == ("state['a'][0]", "state['b']")
    assert program.cotangents == ("dy[0]", "dy[1]['norm']")
    assert program.names == program.leaves + program.cotangents
    given = [np.array(v) for v in ([1.0, 2.0], [3.0, 5.0], [10.0, 100.0], 1000.0)]
    results = dict(zip((n for n, _ in program.outputs), evaluate(program, given), strict=True))
    np.testing.assert_array_equal(results["y[0]"], [3, 10])
    np.testing.assert_array_equal(results["y[1]['norm']"], 5)
    np.testing.assert_array_equal(results["state['a'][0]"], [30 + 2000, 500 + 4000])
    np.testing.assert_array_equal(results["state['b']"], [10, 200])
    with pytest.raises(ValueError, match="2 outputs need as many cotangents, not 1"):
        trace_gradient(function, {"a": [x], "b": y}, cotangents=[np.zeros(2)])


def test_leaves_are_what_asks_for_a_gradient() -> None:
    """Frozen parameters stay; an input that requires a gradient leaves the others as they are."""
    module = nn.Bilinear(2, 2, 1)
    module.weight.requires_grad_(False)
    one, two = torch.randn(1, 2), torch.randn(1, 2).requires_grad_()
    assert trace(module, one, one).leaves == ("bias", "input1", "input2")
    assert trace(module, one, two).leaves == ("bias", "input2")
    assert trace(torch.mul, one, one).leaves == ("args[0]", "args[1]")
    unused = trace_gradient(lambda x, y: x.sum(), one, one)
    np.testing.assert_array_equal(evaluate(unused, list(unused.tensors.values()))[2], [[0, 0]])


class Restless(nn.Module):
    """Changes whatever it has while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.calls, self.last = nn.BatchNorm1d(3), 0, None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number."""
        self.calls += 1
        self.last = self.norm(F.dropout(x, 0.5))
        return self.last.exp().sum()


@pytest.mark.parametrize("captured", [False, True])
def test_nothing_is_changed_by_a_trace(captured: bool) -> None:
    """Buffers, gradients, modes, the random state and PyTorch's own settings: as they were."""
    module = Restless()
    before, state = copy.deepcopy(module.state_dict()), torch.get_rng_state()
    settings = torch.get_default_dtype(), torch.backends.mha.get_fastpath_enabled()
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    kept = x.clone()
    trace_gradient((lambda x: module.norm(F.dropout(x)).exp().sum()) if captured else module, x)
    assert all(torch.equal(module.state_dict()[name], value) for name, value in before.items())
    assert (module.calls, module.last, module.training) == (0, None, True)
    assert all(p.grad is None and p.dtype == torch.float32 for p in module.parameters())
    assert torch.equal(torch.get_rng_state(), state)
    assert (torch.get_default_dtype(), torch.backends.mha.get_fastpath_enabled()) == settings
    assert torch.equal(x, kept) and not x.requires_grad


def test_random_numbers_are_drawn_once_for_both_programs() -> None:
    """Dropout has one mask, forward and backward, by the seed; its gradient is certified."""

    def loss(x: torch.Tensor) -> torch.Tensor:
        return (F.dropout(x, 0.5) * torch.rand(50).mul_(2)).exp().sum()

    x = torch.ones(50)
    assert certified(loss, x).order.odd >= 2.9
    losses = [evaluate(trace(loss, x, seed=seed), [np.ones(50)])[0] for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


def test_constants_are_not_rounded_to_the_functions_dtype() -> None:
    """In a float32 function a tenth is the double 0.1, and a cast to float16 rounds nothing."""
    program = trace(
        lambda x: x.half().float() * torch.tensor(0.1) + torch.full((1,), 0.2), X[0, :1]
    )
    value = np.array([1 / 3])
    np.testing.assert_array_equal(evaluate(program, [value])[0], value * 0.1 + 0.2)


def test_what_has_a_constant_value_may_be_looked_at() -> None:
    """Labels, shapes and what is computed of them are no secret, in Python or in NumPy."""

    def loss(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        classes = int(labels.max()) + 1
        chosen = labels.numpy().tolist()
        if (labels == 0).any() and torch.zeros_like(x).sum() == 0:
            return F.one_hot(labels, classes).mul(x).sum() + x[0, chosen].sin().sum()
        return x.sum()

    assert certified(loss, torch.randn(4, 3), LABELS).order.odd >= 2.9


def test_a_tie_is_a_kink_and_torch_shares_it_out() -> None:
    """Three equal maxima get a third each, and the loss has no derivative there."""
    found = certified(lambda x: x.amax(), torch.tensor([2.0, 1.0, 2.0, 2.0]))
    assert found.ties
    assert found.order.even == pytest.approx(1, abs=0.05)
    shares = [float(b.mid()) for b in found.values["x"]]
    assert shares == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3], abs=1e-16)


def swallowed(x: torch.Tensor) -> torch.Tensor:
    """Goes on where it is refused."""
    try:
        return x * float(x.sum())
    except TypeError:
        return x


REFUSED: dict[str, tuple[Callable[[torch.Tensor], Any], str]] = {
    "float": (lambda x: x * float(x.sum()), "takes a number out of a tensor"),
    "item": (lambda x: x * x.max().item(), "takes a number out of a tensor"),
    "if": (lambda x: x.sin() if x.sum() > 0 else x, "takes a number out of a tensor"),
    "argmax": (lambda x: x * int(x.argmax()), "takes a number out of a tensor"),
    "numpy": (lambda x: torch.from_numpy(np.sin(x.detach().numpy())), r"handed to \.numpy\(\)"),
    "asarray": (lambda x: torch.tensor(np.asarray(x.detach())), "handed to"),
    "argmax.numpy": (lambda x: x[x.argmax().numpy()], r"handed to \.numpy\(\)"),
    "storage": (lambda x: torch.tensor(list(x.untyped_storage())), "handed to"),
    "tolist": (lambda x: torch.tensor(x.tolist()), r"handed to \.tolist\(\)"),
    "parameter": (lambda x: nn.Parameter(x * 2) * x, "made anew from another one's numbers"),
    "subclass": (lambda x: torch.Tensor._make_subclass(nn.Parameter, x.detach()) * x, "made anew"),
    "swallowed": (swallowed, "takes a number out of a tensor"),
    "bits": (lambda x: x.view(torch.int64).view(torch.float64), "aten.view.dtype has no exact"),
    "unknown": (
        lambda x: torch.special.bessel_j0(x),
        "aten.special_bessel_j0.default has no exact",
    ),
    "random": (lambda x: torch.multinomial(x.abs(), 2) * x[:2], "multinomial.default has no exact"),
    "strided": (lambda x: x.view(2, 3).t().as_strided((2,), (1,)), "not contiguous"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused_by_name_and_line(name: str) -> None:
    """Never a constant in place of what depends on the input; the message names this file."""
    function, message = REFUSED[name]
    with pytest.raises(CannotFollow, match=message + r".* at .*test_exact_torch\.py:\d+"):
        trace(function, torch.randn(6))


def test_an_undecided_comparison_names_the_operation_and_the_line() -> None:
    """tanh(x) - tanh(x) is 0 within a radius: whether it is positive is not guessed."""
    program = trace(lambda x: torch.relu(x.tanh() - x.tanh() * 1) > 0, POINT.double())
    assert program.outputs == ()
    program = trace(lambda x: torch.where(x.tanh() > x.tanh() * 1, x, -x), POINT)
    with (
        exactly(400),
        pytest.raises(
            CannotFollow, match=r"undecided .*, in aten\.gt.* at .*test_exact_torch\.py:"
        ),
    ):
        evaluate(program, [lift(POINT.double().numpy())])
