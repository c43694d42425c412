"""Pages on gradients that are the right one times something, plus something, or cut off."""

from backproof.diagnosis.pages.page import Code

FACTORS = (
    Code(
        "BP101", "sign", "The sign is wrong",
        "Every element of the gradient is the true one with the opposite sign: descent climbs.",
        "claimed = -true. The sizes are right, so a check of norms passes, and so does a loss that "
        "happens to fall because other parameters are right.",
        "The derivative of a difference taken by its second term, t - z for z - t; a minus of the "
        "log likelihood lost between loss and gradient; `W += lr * dW` mended twice.",
        "Differentiate the loss as it is coded, not as it is named: for L = (z - t)^2 / 2 the "
        "derivative by z is z - t, and by t it is t - z.",
        "dz = t - z    # wrong\ndz = z - t    # right",
    ),
    Code(
        "BP102", "factor", "A constant factor is missing or too much",
        "The gradient is the true one times one number, which is the same for all its elements.",
        "claimed = k * true with k = N, 1/N, 2, 1/2, a number of units, a temperature. Training "
        "still converges, with another learning rate than the one that was set.",
        "A loss that is a mean and a gradient that is a sum, or the other way round; a mean over "
        "samples in one place and over samples and features in the other; the 2 of a square; "
        "1/(1 - p) of dropout, 1/sqrt(d) of attention or 1/T of a softmax left out.",
        "Write down over how many terms the loss takes its mean, and divide the gradient by that "
        "number exactly once, best where the gradient of the loss itself is computed.",
        "L = ((z - t) ** 2).mean()    # over z.size terms\n"
        "dz = 2 * (z - t) / len(z)    # wrong\ndz = 2 * (z - t) / z.size    # right",
    ),
    Code(
        "BP110", "zero", "The gradient is all zero",
        "Every element is 0 although the loss depends on the tensor.",
        "claimed = 0 everywhere. The parameter never moves and nothing complains.",
        "A stub that was never filled in; a buffer of zeros returned in place of the one that was "
        "computed; integer arithmetic that rounds down; a mask that is False everywhere; an array "
        "rebound by `g = g + ...` in a function whose caller holds the old one.",
        "Follow one element from the loss to the parameter and see where it becomes 0. Check that "
        "the array that is returned is the array that was filled.",
        "dW = np.zeros_like(W);  d = dy.T @ x;  return dW    # wrong\nreturn dy.T @ x    # right",
    ),
    Code(
        "BP111", "partly-zero", "Some elements are zero and the rest are right",
        "A part of the gradient was never written, or was masked away; the rest is exact.",
        "claimed = 0 at some places where the truth is not, and claimed = true elsewhere: often "
        "the last rows, a border, a channel, or the second half of a concatenation.",
        "A loop that ends one too early; windows that do not reach the border, forgotten when the "
        "stride does not divide the size; a slice for one branch of a concatenation alone; a mask "
        "too many.",
        "Compare the range of the backward loop with that of the forward loop, for a size that "
        "the stride does not divide.",
        "for k in range(n - 1): dx[k] = dy[k] @ W    # wrong\n"
        "for k in range(n):     dx[k] = dy[k] @ W    # right",
    ),
    Code(
        "BP113", "counted-twice", "A contribution is counted twice",
        "Some elements, or one path, enter the gradient once more than they enter the loss.",
        "claimed = 2 * true on a part of the tensor and true on the rest; or claimed - true is the "
        "cotangent, or another gradient.",
        "A path added both where it branches and where it joins; a diagonal that is visited by "
        "two loops; a shared tensor whose gradients are added up by two callers; `+=` into a "
        "buffer that was not set to zero.",
        "Add the gradients of a tensor that is used twice at one place only: at its use nearest "
        "to the tensor.",
        "y = x + f(x)\ndx = dy + pull_f(dy) + dy    # wrong\ndx = dy + pull_f(dy)    # right",
    ),
    Code(
        "BP114", "clipped", "The gradient is clipped or rescaled",
        "The backward pass changes the size of what it computed: it is no derivative any more.",
        "Many elements stand at +c or -c; or all carry one factor below 1, their norm is a round "
        "number, and the factor changes with the size of the cotangent.",
        "np.clip inside backward against exploding gradients; a division by the norm; a training "
        "trick put into the derivative rather than into the step.",
        "Return the true gradient, and clip between backward and the update. What clips inside "
        "a backward pass is not linear in the cotangent, so layers before it get a wrong mixture.",
        "def backward(dy): return np.clip(dy @ W, -5, 5)    # wrong\n"
        "def step(g): W -= rate * np.clip(g, -5, 5)    # right",
    ),
    Code(
        "BP115", "regulariser", "The regulariser and its gradient do not belong together",
        "The loss has a penalty on the parameters that the gradient lacks, or has with another "
        "sign or strength; or the gradient has one that the loss lacks.",
        "claimed - true = c * p, the parameter itself times one number: for weight decay "
        "c = -lambda if it is missing, -2 lambda if its sign is wrong, +lambda if it is too much. "
        "With an absolute penalty, claimed - true = c * sign(p).",
        "Decay added in the gradient and not in the reported loss; lambda W for lambda |W|^2, "
        "whose gradient is 2 lambda W; a penalty on biases in one place alone.",
        "Keep the penalty and its gradient in one function, so that neither changes alone.",
        "L + lam * (W ** 2).sum()    ->   dW + 2 * lam * W\n"
        "L + lam / 2 * (W ** 2).sum() ->  dW + lam * W",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
