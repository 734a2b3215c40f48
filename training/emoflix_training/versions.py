"""Which libraries a run or a file was made with."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

PACKAGES: Final = (
    "emoflix",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "jax",
    "numpy",
    "ai-edge-litert",
)


def versions() -> dict[str, str]:
    """Python's, those of the packages that are installed, and which backend Keras runs on."""
    import keras

    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found | {"keras_backend": keras.config.backend()}
