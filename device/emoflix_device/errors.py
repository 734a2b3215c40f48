"""What can go wrong, in one place: every error of this package is an `EmoflixError`."""


class EmoflixError(Exception):
    """One line for a person: what is wrong, where, and what to do. The commands exit with 2."""


class ConfigurationError(EmoflixError):
    """The configuration file cannot be used."""


class ModelError(EmoflixError):
    """A model file or its card is missing, broken or of another kind."""


class CameraError(EmoflixError):
    """The camera, file or address gives no frames (now): reported and tried again."""


class BrokerError(EmoflixError):
    """The broker cannot be used as configured (a broker that is away is not an error)."""


class StateError(EmoflixError):
    """What the device keeps between runs cannot be read or written."""


class BusyError(StateError):
    """Another program holds it for a while."""


class RefusedError(EmoflixError):
    """What was asked is well formed and cannot be done: nothing was changed."""

    def __init__(self, field: str, message: str) -> None:
        """Name the field at fault, and in words that follow it what is wrong with it."""
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
