"""`python -m backproof` is `backproof`."""

from backproof.cli import main

if __name__ == "__main__":
    main()
