"""The whole trial: every formula of the tutorial, the steps of the descent, the two trainings."""

from dataclasses import dataclass
from typing import Any

from backproof.suite.tutorial import descent
from backproof.suite.tutorial.chain import chain_trials
from backproof.suite.tutorial.descent import Descent, descent_trials
from backproof.suite.tutorial.formula import FormulaTrial
from backproof.suite.tutorial.layer import layer_trials
from backproof.suite.tutorial.loss import Training, loss_trials, training

KEYS = (
    "derivative",
    "descent",
    "loss-of-theta",
    "neurons",
    "shapes",
    "product-shapes",
    "equation-1",
    "activation",
    "loss",
    "equation-2",
    "by-weights",
    "by-bias",
    "recursion",
    "last-layer",
    "by-input",
    "sigmoid-slope",
    "update-W",
    "update-b",
)
"""The formulas in the order of the text."""


@dataclass(frozen=True, slots=True)
class TutorialTrial:
    """Formulas with their verdicts, the runs of the descent, the loss curves of the training."""

    formulas: tuple[FormulaTrial, ...]
    descents: tuple[Descent, ...]
    training: Training

    def to_json(self) -> dict[str, Any]:
        """The trial as JSON values, for the record of a run and for the page."""
        c = descent.curvature()
        return {
            "formulas": [trial.to_json() for trial in self.formulas],
            "steps": {
                "loss": descent.LOSS_TEXT,
                "curvature": float(c),
                "best": float(1 / c),
                "bound": float(2 / c),
                "note": f"Descent converges for steps between 0 and 2/c = {2 / c}, with c = {c} "
                f"the curvature of the loss; the best step is 1/c = {1 / c}.",
                "runs": [_run(run) for run in self.descents],
            },
            "training": {
                "printed": list(self.training.printed),
                "signed": list(self.training.signed),
                "says": str(self.training),
            },
        }


def put_on_trial(seed: int = 0) -> TutorialTrial:
    """Judge every formula; the seed draws the networks, the points and the directions."""
    trials = [
        *descent_trials(seed),
        *chain_trials(seed),
        *layer_trials(seed),
        *loss_trials(seed),
    ]
    trials.sort(key=lambda trial: KEYS.index(trial.key))
    return TutorialTrial(tuple(trials), tuple(descent.descents()), training(seed))


def _run(run: Descent) -> dict[str, Any]:
    points, curve = ([list(point) for point in way] for way in (run.points, run.curve))
    named = {"step": run.step, "label": run.label, "factor": run.factor}
    return {**named, "points": points, "curve": curve}
