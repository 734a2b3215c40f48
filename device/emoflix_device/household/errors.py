"""What the household's store refuses to take in."""

from emoflix_device.errors import RefusedError


class HouseholdError(RefusedError, ValueError):
    """What was said cannot be kept as it is: nothing was changed."""
