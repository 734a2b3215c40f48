"""`python -m emoflix_catalog` is `emoflix-catalog`."""

from emoflix_catalog.cli import main

if __name__ == "__main__":
    main()
