"""Pages on claims that misbehave, whatever their formula is."""

from backproof.diagnosis.pages.page import Code

BEHAVIOUR = (
    Code(
        "BP201", "raises", "The code raises",
        "The loss or the gradient ends with an exception at inputs of the right kind and shape.",
        "No gradient; the type and the text of the exception are shown.",
        "A shape that fits one example alone; a name left over from a rewrite; a batch of one "
        "that squeeze() has flattened.",
        "Run the same inputs alone and read the last line of the traceback that is your own.",
    ),
    Code(
        "BP202", "hangs", "The code does not come to an end",
        "The call was stopped when its time was up.",
        "No gradient, and no exception either.",
        "A loop until convergence without a limit, which never converges at these inputs or at "
        "NaN; a lock; a loop over all elements where an array operation was meant.",
        "Give the loop a limit, and make its condition false for NaN.",
        "while error > tol: ...    # wrong\n"
        "for _ in range(100): ...    # right, then break where error <= tol",
    ),
    Code(
        "BP203", "wrong-shape", "The gradient has another shape than its tensor",
        "A gradient has one number for each element of its tensor, and the same shape.",
        "claimed.shape != tensor.shape. Where the numbers are those of the truth, or sum up to "
        "it, the report says so. That a gradient lacks first axes of one element is a remark.",
        "keepdims=True left on, (1, o) for (o,); a batch axis too many; a flattened result.",
        "Assert `g.shape == p.shape` at the end of backward. An update by broadcasting would "
        "accept the wrong shape in silence, and even change that of the parameter.",
        "db = dy.sum(axis=0, keepdims=True)    # wrong for b: (o,)\n"
        "db = dy.sum(axis=0)    # right",
    ),
    Code(
        "BP204", "wrong-structure", "The result is not structured like the arguments",
        "The gradients do not come as the arguments came: one is missing, one is too many, or a "
        "list stands where a dict is needed.",
        "A name among the arguments has no partner among the gradients.",
        "A new parameter whose gradient is computed and not returned; gradients for the first "
        "argument alone.",
        "Return one structure like the argument, or a tuple of them when there are several.",
    ),
    Code(
        "BP205", "none", "None instead of a gradient",
        "None is returned for a tensor that the loss depends on.",
        "claimed is None; an optimiser skips such a tensor without a word.",
        "A function without a return statement; a stub; a branch that returns early; a gradient "
        "thought not to be needed, dx of a first layer say.",
        "Return the gradient. For a tensor that the loss does not depend on return zeros.",
    ),
    Code(
        "BP206", "not-finite", "Infinite or NaN though the truth is finite",
        "The true gradient is an ordinary number, and the code returns inf or NaN for it.",
        "Some elements are inf or NaN. The true value beside them is finite.",
        "e^z without the largest z taken off; 0 / 0 where both go to 0; log 0; 0 * inf behind "
        "np.where, which computes both branches; sqrt at 0.",
        "Use the stable form: subtract the maximum, log1p and expm1, one fused formula for "
        "softmax and cross-entropy. Mask the argument as well as the result.",
        "np.where(x > 0, np.log(x), 0)    # x = 0 still meets log\n"
        "np.log(np.where(x > 0, x, 1))    # right",
    ),
    Code(
        "BP207", "loss-not-finite", "The loss itself is infinite or NaN",
        "The loss overflows or is undefined at these inputs, so that no gradient can be judged.",
        "loss = inf or NaN. A comparison with NaN is always False, so that a naive check passes.",
        "log 0 in a cross-entropy whose probabilities were rounded to 0; e^z in float32 beyond "
        "88; a division by a sum of weights that is 0.",
        "Compute the loss in its stable form, log(sum e^z) as max + log(sum e^(z - max)).",
    ),
    Code(
        "BP208", "input-changed", "An input is changed in place",
        "After the call an array that was passed in holds other numbers.",
        "The inputs before and after differ. The result itself may be right.",
        "`x -= x.mean()`, `dy *= mask`, out=x: the name is local, the memory is the caller's.",
        "Write `x = x - x.mean()`; copy what has to be changed.",
        "dy[x < 0] = 0    # wrong\ndy = np.where(x < 0, 0, dy)    # right",
    ),
    Code(
        "BP209", "cache-changed", "The cache is changed in place",
        "The backward pass, or code between it and the forward pass, writes into an array that "
        "the cache holds.",
        "A second backward pass with the same cache returns something else than the first.",
        "A mask or an output cached without a copy and then reused as a buffer; `cache[0] *= dy`.",
        "Treat the cache as read-only. `a.flags.writeable = False` in a test finds the culprit.",
    ),
    Code(
        "BP210", "state", "State is carried from call to call",
        "What a call returns depends on the calls before it.",
        "The first call is right, and later ones are not, or only the first shape is.",
        "Gradients added to those of the last call; a cache filled once; a default argument "
        "`cache={}`, which all calls share; a layer object used at two places.",
        "Set buffers to zero at the start of backward, and keep the cache in what forward returns.",
        "self.dW += dy.T @ x    # wrong, unless it was set to zero\n"
        "self.dW = dy.T @ x    # right",
    ),
    Code(
        "BP211", "not-deterministic", "A second call gives another answer",
        "The same inputs lead to different gradients.",
        "Two calls differ by more than rounding, though nothing has changed between them.",
        "A mask drawn anew in backward; memory read before it is written (np.empty); a random "
        "generator without a seed.",
        "Draw in forward alone and keep what was drawn in the cache; start buffers with zeros.",
    ),
    Code(
        "BP212", "not-linear", "Not linear in the cotangent",
        "A pullback is a linear map: twice the cotangent gives twice the gradient.",
        "backward(2 dy) differs from 2 backward(dy), or backward(a + b) from the sum of both.",
        "Clipping, normalising or taking a sign inside backward; the cotangent used twice as a "
        "factor; a constant added.",
        "Look for whatever is done with dy other than to multiply, add and move it.",
        "dx = np.maximum(dy, 0) * (x > 0)    # wrong\ndx = dy * (x > 0)    # right",
    ),
    Code(
        "BP213", "aliased", "An output shares memory with an input",
        "What is returned is a view of an array that was passed in: whoever changes one changes "
        "the other.",
        "np.shares_memory(output, input). The numbers are right until somebody updates in place.",
        "reshape, a slice or the input itself returned as a result, `return dy`.",
        "Return a copy if anybody may write into it.",
        "return dy    # aliased\nreturn dy.copy()    # safe",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
