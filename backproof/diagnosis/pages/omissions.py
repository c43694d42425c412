"""Pages on gradients of a computation that is almost the one of the forward pass."""

from backproof.diagnosis.pages.page import Code

OMISSIONS = (
    Code(
        "BP109", "cotangent-ignored", "The gradient that comes from above is ignored",
        "The backward pass returns its own derivative and does not multiply it by the cotangent "
        "dy, the gradient by its output.",
        "The same answer whatever dy is, and the right answer where dy is all ones. Alone, under "
        "a plain sum, the layer passes; within a network it fails.",
        "A derivative returned instead of a pullback; a loss whose backward pass is also used in "
        "the middle of a network; np.ones left over from a test.",
        "Multiply by dy, and test with a random dy, never with ones.",
        "def backward(dy): return 1 - y * y    # wrong\n"
        "def backward(dy): return dy * (1 - y * y)    # right",
    ),
    Code(
        "BP116", "at-the-output", "The derivative is taken at the output",
        "f'(y) is computed where f'(x) is needed, or a formula in terms of y is given x.",
        "claimed / true = f'(f(x)) / f'(x), element by element; for a sigmoid, s(y)(1 - s(y)) "
        "instead of y (1 - y), or x (1 - x).",
        "The cache holds y, and the formula is written for x; or the other way round. A helper "
        "called derivative(a) that does not say which of the two a is.",
        "Say in the name what is cached. With y = sigmoid(x): dy/dx = y (1 - y). With y = tanh(x): "
        "dy/dx = 1 - y^2.",
        "s = sigmoid(y);  dx = dy * s * (1 - s)    # wrong: the sigmoid twice\n"
        "dx = dy * y * (1 - y)    # right",
    ),
    Code(
        "BP118", "one-sided-clamp", "A clamp, an epsilon or a branch on one side only",
        "Forward and backward agree, except where one of them limits a value, adds an epsilon "
        "or takes another branch, and the other does not.",
        "All wrong elements lie beyond one threshold of an input; or the error is small and fades "
        "as the input grows, like eps / (x + eps).",
        "np.clip(p, 1e-7, 1) in the loss alone; x / sqrt(v + eps) differentiated as x / sqrt(v); "
        "a Huber or ELU branch that is cut at another place than in the forward pass.",
        "Differentiate the code that runs: beyond a clamp the derivative is 0, and an epsilon "
        "stands in the derivative wherever it stands in the value.",
        "L = np.log(x + eps);  dx = 1 / x    # wrong\n"
        "L = np.log(x + eps);  dx = 1 / (x + eps)    # right",
    ),
    Code(
        "BP121", "path-left-out", "A path or a factor of the computation is left out",
        "The forward pass multiplies by something, or goes two ways, and the backward pass does "
        "not: a mask, a scale, a weight, a skip connection.",
        "true / claimed equals an input, spread over the tensor; or the wrong elements are those "
        "that a mask sets to zero; or true - claimed is the cotangent; or each row or column is "
        "off by a factor of its own.",
        "A dropout mask not kept for the backward pass; gamma or 1/std of a normalisation left "
        "out, which is right as long as gamma is 1; the x of x + f(x) forgotten.",
        "Go through the forward pass line by line from below: each factor multiplies the "
        "gradient, each second use of a value adds to it.",
        "y = gamma * xhat + beta\ndxhat = dy    # wrong\ndxhat = dy * gamma    # right",
    ),
    Code(
        "BP199", "unexplained", "The error follows no known pattern",
        "The gradient is wrong, and none of the explanations that are tried reproduces it to "
        "rounding. No guess is offered in place of an explanation.",
        "The report says where the error sits: which rows, columns, channels, the border or the "
        "diagonal.",
        "A wrong formula, a wrong variable, or two faults at once, each of which hides the other.",
        "Make the case smaller: one layer, one sample, two features. Mend what is named for other "
        "tensors first, since a fault near the loss spoils all that lies before it. Then derive "
        "the tensor named here anew.",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
