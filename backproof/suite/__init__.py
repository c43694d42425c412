"""The main job: random cases judged by every witness, the digits, the tutorial; one page."""
