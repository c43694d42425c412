"""How many random cases the tests draw, a few and always the same or many and always others; and
that a test can be interrupted wherever the tests were started.
"""

import signal

from hypothesis import settings

settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, max_examples=25, print_blob=True
)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("steady")  # --hypothesis-profile=thorough, read later, wins


def pytest_configure() -> None:
    """What a script starts in the background ignores Ctrl-C, and what it starts does so, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
