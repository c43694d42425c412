"""What several tests of the tutorial look at."""

import pytest

from backproof.suite.tutorial import TutorialTrial, put_on_trial


@pytest.fixture(scope="session")
def trial() -> TutorialTrial:
    """The trial of seed 0."""
    return put_on_trial()
