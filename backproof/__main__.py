"""`python -m backproof` is `backproof`."""

from backproof.command.main import main

if __name__ == "__main__":
    main()
