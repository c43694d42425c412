"""How many random cases the tests draw: a few and always the same, or many and always others."""

from hypothesis import settings

settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, max_examples=25, print_blob=True
)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("steady")  # --hypothesis-profile=thorough, read later, wins
