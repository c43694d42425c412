"""The numbers that decide, on trial."""
