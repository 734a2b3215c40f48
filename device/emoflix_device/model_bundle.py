"""A network as one signed file: packed on a desktop, put into place on a box whole or not at all.

Each network lies under a name of its own, with its card beside it, and one link names the current
one. Turning the link is the one step in which an update happens: killed before it the former
network runs, after it the new one.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import click

from emoflix_catalog.container import Manifest, open_container, write_container
from emoflix_catalog.errors import BundleError
from emoflix_catalog.signing import read_public, read_secret
from emoflix_device.camera.frame import Frame, luma_of
from emoflix_device.camera.opencv import open_video_file
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import VisionSettings
from emoflix_device.errors import EmoflixError, ModelError
from emoflix_device.vision.card import read_card

KIND: Final = "expression-model"
FORM: Final = {"card": 1}
"""What this program reads; raised when the card gets a field that older programs need to know."""
_MEMBERS: Final = {"model": ".tflite", "card": ".json"}
_VERSION_LETTERS: Final = 16
"""Of the network's SHA-256."""

_PLAIN: Final = {90: "happy", 210: "surprise"}
"""Frames of the bundled clip whose one face any network of use reads right."""

_FILE = click.Path(dir_okay=False, path_type=Path)


class Installed(NamedTuple):
    """A network that was put into place."""

    path: Path
    version: str
    former: str | None
    """The version that was there; None where there was none."""


@click.command("bundle-model")
@click.argument("model", type=_FILE)
@click.argument("out", type=_FILE)
@click.option("--key", required=True, type=_FILE, help="The secret key, NAME.key.")
def bundle_model(model: Path, out: Path, key: Path) -> None:
    """Pack MODEL and its card into the signed file OUT, for `emoflix update`."""
    click.echo(f"{out}: network {pack(model, out, key)}")


def pack(model: Path, out: Path, key: Path) -> str:
    """Pack a network with its card.

    Args:
        model: The `.tflite` file; its card lies beside it.
        out: What is there is replaced.
        key: The file with the secret key.

    Returns:
        The version, of the network's own bytes.

    Raises:
        ModelError: The two cannot be read, do not belong together, or `out` cannot be written.
        SigningError: The key cannot be read.
        BundleError: A file changed meanwhile.
    """
    model = model.resolve()
    version = read_card(model).sha256[:_VERSION_LETTERS]
    members = {name: model.with_suffix(suffix) for name, suffix in _MEMBERS.items()}
    manifest = Manifest(kind=KIND, version=version, form=FORM)
    try:
        write_container(out, manifest, members, read_secret(key))
    except OSError as error:
        raise ModelError(f"{out}: cannot be written ({error.strerror})") from error
    return version


def reads_plain_faces(model: Path, vision: VisionSettings) -> None:
    """Let a network read two faces of the bundled clip, as the service would.

    Raises:
        ModelError: It cannot be loaded, is not its card's, or reads them wrong.
        CameraError: The clip is not part of this installation.
    """
    import msgspec

    from emoflix_catalog.vocabulary import EXPRESSIONS
    from emoflix_device.vision.look import open_observer

    observer = open_observer(msgspec.structs.replace(vision, expression_model=model))
    clip = open_video_file(bundled_clip())
    try:
        for number in range(max(_PLAIN) + 1):
            clip.grab()
            if number not in _PLAIN:
                continue
            _, picture = clip.retrieve()
            faces = observer.observe(Frame(luma_of(picture), float(number), number)).faces
            seen = [EXPRESSIONS[int(face.logits.argmax())] for face in faces]
            if seen != [_PLAIN[number]]:
                raise ModelError(
                    f"{model}: reads a face of the bundled clip that looks {_PLAIN[number]} as"
                    f" {', '.join(seen) or 'nothing'}: it is not put into place"
                )
    finally:
        clip.release()


def version_at(target: Path) -> str | None:
    """The version that the link names; None where there is none."""
    try:
        return target.readlink().stem.removeprefix(f"{target.stem}-")
    except OSError:
        return None


def install(bundle: Path, key: Path, target: Path, *, check: Callable[[Path], None]) -> Installed:
    """Put the network of a bundle into place, whole or not at all.

    Args:
        bundle: The file.
        key: The file with the public key of whoever may sign.
        target: The link to turn, or to make; the networks lie beside it.
        check: Raises an `EmoflixError` for a network that cannot be used. It is asked before
            anything is moved, and again through the link; what it refuses then is taken back.

    Raises:
        SigningError: The key cannot be read.
        BundleError: The bundle is not trusted, damaged, or for another version of the program.
        EmoflixError: It does not pass the check, `target` is a file of the owner's, or the disk is
            full. In all these cases the former network is there as it was.
    """
    if target.exists() and not target.is_symlink():
        raise ModelError(
            f"{target}: is a file that no update brought: name another in vision.expression_model"
        )
    former = version_at(target)
    stage = target.with_name(f".{target.name}.install")
    with open_container(bundle, read_public(key)) as container:
        version = container.manifest.version
        _refuse_foreign(bundle, container.manifest)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            unpacked = stage / _name(target, version)
            for member, suffix in _MEMBERS.items():
                container.extract(member, unpacked.with_suffix(suffix))
            check(unpacked)
            for suffix in _MEMBERS.values():
                file = unpacked.with_suffix(suffix)
                file.replace(target.with_name(file.name))
            _turn(target, version)
            try:
                check(target)
            except EmoflixError:
                _turn(target, former)
                raise
        except OSError as error:
            raise ModelError(
                f"{target}: the bundle cannot be installed here ({error.strerror}): make room or"
                " name another place; what was there is unchanged"
            ) from error
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            _sweep(target)
    return Installed(target, version, former)


def _refuse_foreign(bundle: Path, manifest: Manifest) -> None:
    if manifest.kind != KIND:
        raise BundleError(f"{bundle}: holds {manifest.kind!r}, not a network: name another")
    if manifest.form != FORM:
        raise BundleError(f"{bundle}: was made by another version of Emoflix: bundle it anew")
    if missing := set(_MEMBERS) - {member.name for member in manifest.members}:
        raise BundleError(f"{bundle}: lacks {', '.join(sorted(missing))}: bundle it anew")


def _name(target: Path, version: str) -> str:
    return f"{target.stem}-{version}.tflite"


def _turn(target: Path, version: str | None) -> None:
    """Let the link name a version, in one step that is on the disk when this returns."""
    if version is None:
        target.unlink()
    else:
        link = target.with_name(f".{target.name}.link")
        link.unlink(missing_ok=True)
        link.symlink_to(_name(target, version))
        link.replace(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(target: Path) -> None:
    """Remove networks that the link does not name."""
    current = version_at(target)
    for suffix in _MEMBERS.values():
        for file in target.parent.glob(f"{target.stem}-*{suffix}"):
            if current is None or file.stem != f"{target.stem}-{current}":
                file.unlink(missing_ok=True)
