"""Secrets that systemd hands to a service, so that their files can be root's alone."""

import os
from pathlib import Path


def secret_file(configured: Path) -> Path:
    """Where to read the secret that the configuration names.

    A unit with `LoadCredential=mqtt.password:/etc/emoflix/mqtt.password` gets a copy that only it
    can read, under the same name, in the folder `$CREDENTIALS_DIRECTORY` (systemd.exec(5)). Whoever
    runs a command by hand has no such folder, and reads the file itself.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is not None and (credential := Path(folder) / configured.name).is_file():
        return credential
    return configured
