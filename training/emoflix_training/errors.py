"""What can go wrong, in one place: every error a person can mend is a `TrainingError`."""


class TrainingError(Exception):
    """One line for a person: what is wrong, where, and what to do. The commands exit with 2."""


class DataError(TrainingError):
    """A data file cannot be used; the message names the file and the line or key."""


class RecipeError(TrainingError):
    """A recipe cannot be used; the message names the file and the key."""


class RunError(TrainingError):
    """A run's folder is not what the command needs."""


class OutputError(TrainingError):
    """A file cannot be written; nothing of it is there, and what was there before still is."""


class ModelFileError(TrainingError):
    """A network file is missing, broken, or breaks the contract of the device."""
