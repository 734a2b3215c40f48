"""`emoflix privacy`: what is kept here of the people who watch, how long, and who can read it."""

import pwd
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from emoflix_device.config import Settings, load_settings
from emoflix_device.household import STORE, HouseholdStore, is_there, open_household
from emoflix_device.household.opening import key_path
from emoflix_device.household.retention import LIMITS
from emoflix_device.options import config_option

HOLDS: Final[Mapping[str, tuple[str, str]]] = {
    "profile": (
        "profiles",
        (
            "names of your choosing, wishes, what was learned of your taste, and seven numbers for"
            " each expression that you corrected"
        ),
    ),
    "feedback": ("answers to films", "likes, ratings, films seen or stopped, reviews"),
    "slate": ("slates shown", "which films and why, the part of the day, how many people"),
    "answer": ("replies to phones", "so that nothing that is sent twice is done twice"),
    "consent": ("consents", "what was agreed to or withdrawn, and when"),
}
"""Table of the store -> what its rows are, and what is in them."""

NEVER: Final = (
    "Never kept or sent: pictures, faces, measures that tell one face from another, sound. A"
    " picture is read in memory and gone with the next one; so is one that a phone sends."
)


def how_long(table: str) -> str:
    """How long the rows of a table of the store stay, in words."""
    limit = LIMITS.get(table)
    until = "as long as the store" if table == "consent" else "until you erase them"
    if limit is None:
        return until
    days = until if limit.days is None else f"for {limit.days} days"
    return f"{days}, the newest {limit.most_rows:,}{' of each profile' if limit.each else ''}"


@click.command()
@config_option
def privacy(config: Path) -> None:
    """Say what is kept of the people who watch, where, for how long, and who can read it."""
    settings = load_settings(config)
    file = settings.state_dir / STORE
    if is_there(file):
        with open_household(settings.household, settings.state_dir) as store:
            lines = [*_what(store, file), "", NEVER, "", *_who(settings, file)]
    else:
        lines = [f"Nothing is kept yet: {file} is not there.", "", NEVER]
    click.echo("\n".join([*lines, "", *_rights(config)]))


def _what(store: HouseholdStore, file: Path) -> Iterator[str]:
    counts = store.counts()
    yield f"What is kept, in {file}:"
    for table, (name, holds) in HOLDS.items():
        yield f"{counts[table]:7,}  {name}: {holds}; {how_long(table)}."
    since = {one.purpose: one.given_at[:16] for one in store.consents() if not one.withdrawn_at}
    camera, moods = since.get("camera"), since.get("moods")
    yield ""
    yield (
        f"Camera: may be looked through, agreed to on {camera}."
        if camera
        else "Camera: nobody has agreed to it, so no frame is looked at."
    )
    yield (
        f"Mood: one word is kept with each slate, agreed to on {moods}."
        if moods
        else "Mood: none is kept; it is in memory only."
    )


def _who(settings: Settings, file: Path) -> Iterator[str]:
    yield "Who can read it:"
    yield f"- On this device: {_readers(file)}."
    key = key_path(settings.household, settings.state_dir)
    if key is None:
        yield "- Elsewhere: whoever holds the card or a copy of the file; it is not encrypted."
    elif key.stat().st_dev == file.stat().st_dev:
        yield (
            f"- Elsewhere: who has a copy of the file alone cannot; who holds the card can, for the"
            f" key, {key}, is on it, too."
        )
    else:
        yield f"- Elsewhere: only who has the key, {key}, which is not on the same file system."
    yield (
        f"- Over MQTT, through the broker at {settings.mqtt.host}: paired phones and the TV see the"
        " slates and the settings; the mood goes only to those whom the broker's rules allow."
    )


def _readers(file: Path) -> str:
    state = file.stat()
    try:
        owner = pwd.getpwuid(state.st_uid).pw_name
    except KeyError:
        owner = f"number {state.st_uid}"
    if state.st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return f"the user {owner}, root, and others whom the file's mode lets in (`chmod 600` it)"
    return "root alone" if state.st_uid == 0 else f"the user {owner}, and root"


def _rights(config: Path) -> Iterator[str]:
    yield "What you can do:"
    for does, command in (
        ("see all that is kept of you", "export NAME"),
        ("delete all that is kept of you", "erase NAME"),
        ("see who is known", "list"),
    ):
        yield f"- {does}: emoflix profile {command} --config {config}"
    yield "- switch the camera off, or withdraw your consent, on the page or by the MQTT commands"
    yield "  `camera` and `consent`; with the consent, all moods that were kept are forgotten."
