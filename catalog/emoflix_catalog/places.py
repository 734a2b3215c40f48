"""Where the catalogue lies when nobody names another place."""

import os
from pathlib import Path


def data_folder() -> Path:
    """The user's folder for data, after the XDG Base Directory Specification."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "emoflix"


def default_catalogue() -> Path:
    return data_folder() / "catalogue.sqlite"
