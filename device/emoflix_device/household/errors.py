"""What the household's store refuses to take in."""

from emoflix_device.errors import EmoflixError


class HouseholdError(EmoflixError, ValueError):
    """What was said cannot be kept as it is: nothing was changed."""

    def __init__(self, field: str, message: str) -> None:
        """Name the field at fault, and in words that follow it what is wrong with it."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
