"""PyTorch's front end on trial."""
