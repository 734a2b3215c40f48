"""The built page: a table of its files, read once, so that nothing else can be asked for."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from emoflix_device.errors import ConfigurationError
from emoflix_device.web.headers import content_security_policy

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


_WITHIN: Final = {
    kind: re.compile(f"<{kind}>(.*?)</{kind}>", re.DOTALL) for kind in ("script", "style")
}

Face = Literal["phone", "tv"]
FACES: Final[tuple[Face, ...]] = ("phone", "tv")


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page, and the headers it is sent with."""

    path: Path
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """All files of the page."""

    faces: Mapping[Face, Mapping[str, PageFile]]
    """The page itself: for a phone and for the television, by language."""
    files: Mapping[str, PageFile]
    """What it consists of, by address."""


def read_page(folder: Path = BUNDLED) -> BuiltPage:
    """A built page. What lies in `assets/` has its content's hash in its name and is kept for ever.

    Raises:
        ConfigurationError: the page is not there.
    """
    faces = {face: _languages(folder, face) for face in FACES}
    if not all(faces.values()):
        raise ConfigurationError(
            f"{folder}: the page is not built; run `make web`, or install emoflix from its wheel"
        )
    files = {
        f"/{path.relative_to(folder).as_posix()}": _file(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in CONTENT_TYPES and path.suffix != ".html"
    }
    return BuiltPage(faces, files)


def _languages(folder: Path, face: Face) -> dict[str, PageFile]:
    return {path.name.split(".")[1]: _file(path) for path in folder.glob(f"{face}.*.html")}


def _file(path: Path) -> PageFile:
    headers = {
        "Content-Type": CONTENT_TYPES[path.suffix],
        "Cache-Control": FOR_EVER if path.parent.name == "assets" else ASK_AGAIN,
    }
    if path.suffix == ".html":
        text = path.read_text(encoding="utf-8")
        hashes = {kind: [*map(_source, found.findall(text))] for kind, found in _WITHIN.items()}
        headers["Content-Security-Policy"] = content_security_policy(**hashes)
    return PageFile(path, headers)


def _source(text: str) -> str:
    """As a content-security policy names what stands within a page."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
