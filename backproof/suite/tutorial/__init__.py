"""The tutorial on trial: each formula of a text on backprop, as printed and as it must be read."""

from backproof.suite.tutorial.formula import FormulaTrial, Judgement
from backproof.suite.tutorial.trial import TutorialTrial, put_on_trial

__all__ = ["FormulaTrial", "Judgement", "TutorialTrial", "put_on_trial"]
