"""Which libraries a run or a file was made with."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

PACKAGES: Final = ("emoflix", "keras", "tensorflow", "tensorflow-cpu", "numpy", "ai-edge-litert")


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write_versions(path: Path) -> None:
    path.write_text(json.dumps(versions(), indent=2) + "\n", encoding="utf-8")
