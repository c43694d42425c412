"""How code behaves when it is called, observed in floats."""
