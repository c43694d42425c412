"""The ways in, what a claim does when it is called, and the judge."""
