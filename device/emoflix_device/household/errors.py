"""What the household's store refuses to take in, and what it has to put off."""

from emoflix_device.errors import RefusedError, StateError


class HouseholdError(RefusedError, ValueError):
    """What was said cannot be kept as it is: nothing was changed."""


class TracesError(StateError):
    """What was to be deleted is; its traces in the file have to wait."""
