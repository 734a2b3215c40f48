"""`emoflix fetch-models`: brings what the project does not ship, checked against a known hash."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import click

from emoflix_device.errors import ModelError
from emoflix_device.replacing import replacing
from emoflix_device.vision.card import sha256_of

TIMEOUT_S: Final = 30.0
"""For the connection, and again for every part of the answer."""
_PART_BYTES: Final = 1 << 16


class Download(NamedTuple):
    """A file that may be used but is not ours to ship."""

    name: str
    base: str
    sha256: str
    size_bytes: int
    licence: str
    setting: str


YUNET: Final = Download(
    name="yunet_n_320_320.onnx",
    # The fixed input size is what matters: the newer file of OpenCV's own zoo is dynamic, and
    # OpenCV 4.11 cannot run it.
    base="https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/"
    "47198234de8c4646961e46159e02af5b06021a78/onnx",
    sha256="81dbde155e982455488235acb8ec2dec5d647edf7cf7080d33e4abb69b93a0d2",
    size_bytes=317_434,
    licence="Apache-2.0",
    setting="vision.yunet_model",
)


@click.command("fetch-models")
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to put the model in; ~/.local/share/emoflix by default.",
)
@click.option("--url", "base", metavar="BASE", help="Folder of a mirror to take the file from.")
def fetch_models(folder: Path | None, base: str | None) -> None:
    """Download the YuNet face detector and check it."""
    folder = data_folder() if folder is None else folder
    target = folder / YUNET.name
    if target.is_file() and sha256_of(target) == YUNET.sha256:
        click.echo(f"{target} is there and whole.")
    else:
        from emoflix_device.progress import progress

        with progress(f"Fetching {YUNET.name}", YUNET.size_bytes) as advance:
            fetch(YUNET, folder, base=base, advance=advance)
        click.echo(f"{target} fetched and checked ({YUNET.licence}).")
    section, _, key = YUNET.setting.partition(".")
    click.echo(f"In the configuration:\n\n{section}:\n  {key}: {target.absolute()}")


def data_folder() -> Path:
    """Where a user's programs keep their data, by the XDG base directory specification."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "emoflix"


def fetch(
    wanted: Download,
    folder: Path,
    *,
    base: str | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Path:
    """Download a file; it appears under its name only if it is the right one.

    Args:
        wanted: which, and what it must be.
        folder: made where it is not there.
        base: address of a folder that has the file; the pinned one by default.
        advance: called with every number of bytes that arrived.

    Raises:
        ModelError: it cannot be had, or what came is something else; nothing is left behind.
    """
    address = f"{(base or wanted.base).rstrip('/')}/{wanted.name}"
    if not address.startswith(("https://", "http://")):
        raise ModelError(f"{address}: not an address that starts with https://")
    target = folder / wanted.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part, part.open("wb") as opened:
            _download(address, wanted, opened, advance)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written ({error.strerror})") from error
    return target


def _download(
    address: str, wanted: Download, into: BinaryIO, advance: Callable[[int], None]
) -> None:
    digest, size_bytes = hashlib.sha256(), 0
    # One byte too many is enough to know that it is something else.
    for part in _parts(address, wanted.size_bytes + 1):
        digest.update(part)
        size_bytes += len(part)
        into.write(part)
        advance(len(part))
    if size_bytes < wanted.size_bytes:
        raise ModelError(
            f"{address}: only {size_bytes} of {wanted.size_bytes} bytes came; try again"
        )
    if digest.hexdigest() != wanted.sha256:
        raise ModelError(f"{address}: what came is another file (its sha256 is not the known one)")


def _parts(address: str, most_bytes: int) -> Iterator[bytes]:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked
            while part := answer.read(min(_PART_BYTES, most_bytes)):
                most_bytes -= len(part)
                yield part
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelError(f"{address}: {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        raise ModelError(
            f"{address}: cannot be fetched ({reason}); is there a way to the internet?"
        ) from error
