"""The built page: a table of its files, read once, so that nothing else can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emoflix_device.errors import ConfigurationError

BUNDLED: Final = Path(__file__).with_name("page")

# Written down, because what the system's own table says differs from machine to machine.
CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page."""

    path: Path
    content_type: str
    cache_control: str


def read_page(folder: Path = BUNDLED) -> Mapping[str, PageFile]:
    """All files of a built page by their address; `/` is the page itself.

    What lies in `assets/` has its content's hash in its name and may be kept for ever.

    Raises:
        ConfigurationError: the page is not there.
    """
    if not (folder / "index.html").is_file():
        raise ConfigurationError(
            f"{folder}: the page is not built; run `make web`, or install emoflix from its wheel"
        )
    files = {
        f"/{path.relative_to(folder).as_posix()}": PageFile(
            path,
            CONTENT_TYPES[path.suffix],
            FOR_EVER if path.parent.name == "assets" else ASK_AGAIN,
        )
        for path in sorted(folder.rglob("*"))
        if path.suffix in CONTENT_TYPES
    }
    files["/"] = files.pop("/index.html")
    return files
