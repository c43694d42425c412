"""Pages on rounding, precision and kinks, where the formula itself is not the fault."""

from backproof.diagnosis.pages.page import Code

ARITHMETIC = (
    Code(
        "BP117", "constant-rounding", "Right up to the rounding of a constant",
        "The formula is right. A constant is rounded differently in the loss and in its gradient, "
        "which only exact arithmetic can see.",
        "Without rounding, claimed and true differ by some 1e-16 of their size, never by more "
        "than 1e-13, and never by nothing.",
        "2/sqrt(pi) as a double here and np.pi there; 0.7978845608 typed in by hand.",
        "Nothing has to be done. Whoever wants none of it computes the constant once, and uses "
        "it in both places.",
    ),
    Code(
        "BP119", "one-dtype", "Right and finite in one dtype only",
        "The same code is right at one precision and wrong, or not finite, at another.",
        "float64 is right and float32 is far off, infinite or NaN; or the other way round.",
        "An epsilon of 1e-12 that float16 takes for 0, 1 - 1e-8 that float32 takes for 1; "
        "e^z, which overflows above 88 in float32 and above 709 in float64; a dtype written "
        "out in the code.",
        "Take epsilons from np.finfo(x.dtype), and buffers from zeros_like.",
        "p = np.clip(p, 1e-8, 1 - 1e-8)    # 1 - 1e-8 is 1 in float32\n"
        "e = np.finfo(p.dtype).eps;  p = np.clip(p, e, 1 - e)",
    ),
    Code(
        "BP301", "imprecise", "The formula is right, the rounding is not",
        "Without rounding the code computes the true gradient. With rounding it loses far more "
        "digits than this computation has to lose.",
        "The same function in exact arithmetic agrees with the truth. The float result is off by "
        "many times the error that rounding normally makes here.",
        "Cancellation, E[x^2] - E[x]^2 for a variance, 1 - tanh^2 near 1, log(1 + x) for small x; "
        "a sum in float16; a mixed precision that nobody meant.",
        "Rearrange the formula so that nearly equal numbers are not subtracted: (1 - t)(1 + t), "
        "log1p, expm1, the mean taken off before squaring.",
        "v = (x * x).mean() - x.mean() ** 2    # wrong digits\n"
        "v = ((x - x.mean()) ** 2).mean()    # right",
    ),
    Code(
        "BP401", "forward", "The forward pass is another function than the reference",
        "The gradient belongs to the loss as it is coded, and the loss is not the one meant.",
        "Claim and reference agree on how the loss changes with the claim's own code, and "
        "disagree on its value. Only an independent reference can see it.",
        "A mean for a sum; another variant of a function, the tanh form of GELU say; a variance "
        "divided by n - 1; a wrong axis that forward and backward share.",
        "Compare the forward pass with the definition at one small input, by hand.",
    ),
    Code(
        "BP501", "convention", "A kink: which slope was chosen",
        "The loss has a corner exactly here and no derivative. Any number between the two "
        "one-sided slopes is a legitimate answer, and the report says which one the code chose.",
        "The claimed value lies between the slopes on either side; frameworks may choose another.",
        "relu at 0, |x| at 0, max of equal numbers, a clip met exactly at its limit.",
        "Nothing, unless two parts of the code must agree. relu'(0) = 0 is the custom; among equal "
        "largest elements some divide the gradient evenly and some give it all to one.",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
