"""What can go wrong with a catalogue; every message is one line: what, where, what to do."""


class CatalogueError(Exception):
    """The base of everything this package raises on purpose."""


class StoreError(CatalogueError):
    """A catalogue file that is missing, broken, foreign, or of another version."""


class InvalidRowError(CatalogueError):
    """A row of a table of films that cannot be taken, with the place where it stands."""


class UnknownFilmError(CatalogueError):
    """A film that the catalogue does not hold."""


class InvalidRequestError(CatalogueError):
    """A viewer, mood or context outside the catalogue's words or ranges."""


class InvalidPolicyError(CatalogueError):
    """What was learnt of a viewer, or an answer to learn from, that cannot be used."""


class SigningError(CatalogueError):
    """A key file that cannot be made, read or used."""


class BundleError(CatalogueError):
    """A bundle that cannot be packed, trusted or installed; nothing was changed."""
