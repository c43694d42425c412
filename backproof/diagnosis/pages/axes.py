"""Pages on gradients whose numbers are there, but at the wrong place or summed the wrong way."""

from backproof.diagnosis.pages.page import Code

AXES = (
    Code(
        "BP103", "transposed", "Axes are exchanged, or a reshape stands for a transpose",
        "The right numbers stand in the wrong order: two axes are exchanged, or an array was "
        "reshaped where its axes had to be moved.",
        "claimed = true.T, or the elements of true.T read row by row into the shape of true. On "
        "square tensors nothing else gives it away.",
        "x.T @ dy for dy.T @ x; reshape(h, d, n) where transpose was meant; heads and sequence "
        "exchanged in attention; channels last here and channels first there.",
        "reshape keeps the order of elements in memory and changes how they are cut; transpose "
        "moves axes. Try sizes that all differ, so that a wrong order cannot fit.",
        "dW = (x.T @ dy).reshape(W.shape)    # wrong\ndW = dy.T @ x    # right",
    ),
    Code(
        "BP104", "shifted", "The gradient is flipped or shifted along an axis",
        "Every element belongs to a neighbour, or to the mirror image of its place.",
        "claimed = true read backwards along an axis, or moved by a few places along it.",
        "The kernel of a convolution not flipped, or flipped once too often, for dx; padding cut "
        "off on one side alone; time steps collected backwards and not turned round; an index one "
        "off.",
        "Differentiate y_t = sum_k w_k x_(t+k): dx_s = sum_k w_k dy_(s-k). The minus is the flip. "
        "For what a loop collects from last to first, turn the list round at the end.",
        "for t in reversed(range(T)): d.append(step(t))\n"
        "return np.stack(d)    # wrong\nreturn np.stack(d[::-1])    # right",
    ),
    Code(
        "BP105", "wrong-axis", "Summed over the wrong axis",
        "A sum, mean or other reduction of the backward pass runs over another axis than the one "
        "over which the forward pass spread the tensor.",
        "claimed = dy.sum(axis=1) where dy.sum(axis=0) is true: seen only if both sizes agree, or "
        "as a gradient that has lost an axis.",
        "The axis counted without the batch; axis=-1 for an array that got one more axis; "
        "keepdims forgotten, so that broadcasting takes the sum for another row.",
        "The gradient of a tensor that was broadcast is summed over exactly the axes along which "
        "it was repeated. Test with as many samples as features, and then with not as many.",
        "y = x + b    # x: (n, o)  b: (o,)\n"
        "db = dy.sum(axis=1)   # wrong\ndb = dy.sum(axis=0)   # right",
    ),
    Code(
        "BP106", "not-reduced", "Not summed over a broadcast axis",
        "The gradient still has the shape of the result, not that of the tensor that broadcasting "
        "spread over it.",
        "The shape is too large; summed over the extra axes, the numbers are right.",
        "db = dy for y = x + b; a scale whose gradient is returned for every sample; keepdims "
        "where no axis of size 1 belongs.",
        "Sum the axes that broadcasting added, and those it stretched from size 1 (these with "
        "keepdims=True).",
        "db = dy    # wrong\ndb = dy.sum(axis=0)    # right",
    ),
    Code(
        "BP107", "one-sample", "One sample's gradient stands for the whole batch's",
        "Only one sample of the batch enters the gradient, or every sample is given the gradient "
        "of one of them.",
        "claimed is what a batch of that sample alone gives, and it stays the same when the other "
        "samples change. With a batch of one it is right.",
        "`dW = ...` for `dW += ...` in a loop over samples; x[0] left over from debugging; code "
        "written for one sample and then called with a batch.",
        "Start from zeros and add for each sample, or write the product over the whole batch.",
        "for n in range(N): dW = np.outer(dy[n], x[n])    # wrong\n"
        "dW = dy.T @ x    # right",
    ),
    Code(
        "BP108", "diagonal", "The diagonal stands for the full Jacobian",
        "Each output depends on several inputs, but the backward pass takes each input as moving "
        "its own output alone.",
        "claimed = diag(J) * dy instead of J^T dy; for a softmax p (1 - p) dy. It is right on the "
        "diagonal and forgets all the rest.",
        "The derivative of softmax written down as if it were the sigmoid's; a normalisation "
        "whose mean and variance are taken for constants.",
        "Use J^T dy. For a softmax it costs no matrix: the sum below brings in all the other "
        "outputs.",
        "dx = p * (1 - p) * dy    # wrong\n"
        "dx = p * (dy - (p * dy).sum(axis=-1, keepdims=True))    # right",
    ),
    Code(
        "BP112", "assigned", "Assigned where contributions have to be added up",
        "A tensor element is used several times, and the last use overwrites the gradients of "
        "those before.",
        "Elements that are used once are right. Those used several times, by repeated ids or by "
        "overlapping windows, have the gradient of a single use.",
        "`dE[ids] = dy`; `dE[ids] += dy`, which NumPy buffers, so that repeated ids count once; "
        "dx[window] = ... with a stride smaller than the window; a layer used twice.",
        "np.add.at(dE, ids, dy) adds for every occurrence; over windows write `+=` in the loop.",
        "dE[ids] += dy    # wrong: an id that occurs twice counts once\n"
        "np.add.at(dE, ids, dy)    # right",
    ),
    Code(
        "BP120", "swapped", "The gradient of another argument",
        "The gradient that is returned for this tensor is that of another one of the same shape.",
        "claimed = the true gradient of another argument, element by element.",
        "Two results returned in the wrong order, da, db for db, da; in a product, the gradient "
        "of a factor multiplied by that same factor instead of the other.",
        "Return gradients in the order of the arguments, best as a dict by name. For y = a * b: "
        "da = dy * b and db = dy * a.",
        "return dy * a, dy * b    # wrong\nreturn dy * b, dy * a    # right",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
