"""The NumPy front end on trial."""
