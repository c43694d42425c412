"""PyTorch functions, as the oracle judges them. Nothing else of it imports torch."""
