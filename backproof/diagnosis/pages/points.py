"""Pages on gradients that are undefined, cut off, or a matter of what is meant."""

from backproof.diagnosis.pages.page import Code

POINTS = (
    Code(
        "BP122", "undefined-slope", "An infinite or undefined slope makes the gradient NaN",
        "On the way back one step has a slope that is infinite or 0/0 at these numbers. Something "
        "after it would have made that 0 or finite, but 0 times infinity is NaN.",
        "NaN or inf in some elements where the true value is an ordinary number. The report names "
        "the line of the step, at which number, and the true value.",
        "np.where, whose branch not taken is differentiated all the same; norm(x)**2 at x = 0; "
        "sqrt, log or a negative power at 0; 0 / 0 of two things that both go to 0.",
        "Give the branch that is not taken an argument that it can have: a second where, inside. "
        "For a norm put an epsilon inside the root, or leave out root and square together.",
        "np.where(x > 0, np.sqrt(x), 0)    # wrong: infinite slope at 0\n"
        "np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)    # right",
    ),
    Code(
        "BP123", "declared-cut", "The gradient is cut off where the code says so",
        "The function has a detach, stop_gradient or the like, and the claim is exactly right with "
        "it. The true gradient of the function, without the cut, is another.",
        "claimed = the truth where what is cut counts as a constant, in every element. The report "
        "names the line and how much is missing.",
        "A target network, a straight-through estimator, a baseline, truncated backpropagation: "
        "cut on purpose. Or a cut left over from debugging, or a float() that nobody noticed.",
        "If it is meant, accept it with its size: accept={'BP123': 0.1}. If not, take it out.",
        "loss = (x * w.detach()).sum()    # the gradient of w lacks this path",
    ),
    Code(
        "BP125", "straight-through", "Rounding or a step is given a slope",
        "The function rounds, clamps, takes signs or steps, and its gradient is that of the same "
        "code with the rounding or the clamp left out, or it passes a threshold, alone or beside "
        "paths that have slopes.",
        "The true gradient past the rounding, the step or the bound is 0; the claim's is not.",
        "A straight-through estimator or a surrogate slope: on purpose, in quantised, binary and "
        "spiking networks. There is no right gradient to find here; where rounding is meant to be "
        "the identity, the rest of the code is judged so, and agrees.",
        "Accept it by name and size, so that everything else goes on being judged: "
        "accept={\"BP125\": 2.0}.",
    ),
    Code(
        "BP124", "conjugate", "Right but for the conjugate",
        "The gradient by a complex tensor is the complex conjugate of the one that is expected.",
        "claimed = conj(true) in every element; the real parts are right.",
        "Two conventions: torch and most hand-written code give d/dre + i d/dim, the direction of "
        "steepest ascent; jax.grad gives its conjugate.",
        "Decide for one of the two, and conjugate where code from both worlds meets.",
    ),
    Code(
        "BP302", "approximation", "An approximation, right to so many digits",
        "The gradient is that of a series, a table, a fixed rule of quadrature or a fitted formula "
        "in place of the function itself.",
        "The relative error is small, smooth, and the same at every run: no rounding. The record "
        "shows typed coefficients or a table on the way of these elements.",
        "A polynomial for erf or gelu, a Taylor series near 0, a lookup table.",
        "If it is meant, accept it with its size; else take the function's own derivative.",
    ),
    Code(
        "BP502", "staircase", "A staircase: its slope at a point is not the one it shows",
        "The program can be followed to the last bit, but its decisions differ at every scale: "
        "what it computes jumps by small steps, and the slope of a step is nobody's meaning.",
        "Automatic differentiation gives 0, or the slope of one bracket; values a little to either "
        "side have a slope of their own, and that is the one that counts.",
        "Bisection, a lookup table, rounding to a grid, a histogram, a quantised layer.",
        "Differentiate what the steps approach: for a bisection the implicit function theorem, "
        "for a grid the function that was rounded.",
    ),
    Code(
        "BP503", "iteration", "An iteration has two derivatives",
        "A loop that runs until nothing changes has the derivative of where it stopped and that of "
        "where it leads. They differ as long as it has not settled.",
        "The claim agrees with one of them to every digit and with the other to as many as the "
        "loop has converged to.",
        "A solver, a fixed point, an equilibrium layer: one side differentiates the turns, the "
        "other the equation that holds at the end.",
        "Say which one is meant. `residual=` gives the limit's; more turns bring both together.",
    ),
    Code(
        "BP901", "judge-at-fault", "The checker contradicts itself",
        "Two derivations of the truth that have nothing in common disagree: reverse mode over the "
        "record, and the values of the function a little aside. The fault is backproof's.",
        "No verdict on the gradient is given; the report has both numbers and the direction.",
        "A rule for a step that is wrong, or a step whose value is not the one that is recorded.",
        "Please report it with the function. Until then trust neither number.",
    ),
)  # fmt: skip
"""One page after the other, as a reader leafs through them."""
