"""`emoflix run`: put the parts together and turn the loop until somebody says stop."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, NoReturn

import click
import msgspec
import sdnotify

from emoflix_catalog.looks import describer, read_looks
from emoflix_catalog.reviews import review_reader
from emoflix_catalog.store import Catalogue
from emoflix_device.camera.capture import Capture
from emoflix_device.clock import Clock
from emoflix_device.config import MetricsSettings, Settings, load_settings
from emoflix_device.daemon import MODEL_LETTERS, Daemon
from emoflix_device.errors import BusyError, StateError
from emoflix_device.fleet import Fleet
from emoflix_device.household import open_household
from emoflix_device.indicator import camera_opener
from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import Configured, InfoMessage
from emoflix_device.playing.player import open_player
from emoflix_device.recommender import Recommender, films_path, open_films
from emoflix_device.status import Status, StatusBoard, status_file, write_status
from emoflix_device.vision.look import Observer, open_observer
from emoflix_device.vision.reach import copy_width_px

NOTICE: Final = (
    "A camera at this television reads the expressions of the faces in front of it to recommend "
    "films. No picture is kept or leaves the device. It looks only with consent, and the command "
    "`camera` switches it off."
)

DETECT_EVERY: Final = 5
"""Faces are looked for in every fifth frame, and at once when one is lost; followed in between."""


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    required=True,
    help="The configuration, in YAML; every key is explained in deploy/emoflix.yaml.",
)
def run(config: Path) -> None:
    """Run the service: camera, mood, slates, MQTT. SIGTERM or Ctrl-C stops it."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    own = load_settings(config)
    ended = False

    def end(*_: object) -> None:
        # Rings no bell: a signal may come while the loop itself holds the bell's lock.
        nonlocal ended
        ended = True

    systemd = sdnotify.SystemdNotifier()
    fleet = Fleet(own, restart=end)
    # It may take minutes: meanwhile a signal ends this as it does any other command.
    try:
        daemon = assemble(fleet, threading.Event(), systemd)
    except BusyError as error:
        _try_again(error)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    # Ready means that the model is loaded; a broker that is away is waited for.
    systemd.notify("READY=1")
    try:
        daemon.run(lambda: ended)
    except StateError as error:  # it was well at the start, and the next one sees whether it is
        _try_again(error)
    # After a temporary failure systemd starts it anew, with the settings that it was given.
    _end(os.EX_TEMPFAIL if fleet.restarts.is_set() else os.EX_OK)


def _try_again(error: StateError) -> NoReturn:
    """End in one line, and with a code after which systemd starts the service anew."""
    click.echo(f"emoflix: {error}", err=True)
    _end(os.EX_TEMPFAIL)


def _end(code: int) -> NoReturn:
    """End, at once where a thread is left behind in a camera's driver or at a player.

    All is closed by now. If the driver came back while Python takes itself down, its thread would
    abort the process.
    """
    if threading.active_count() > 1:
        os._exit(code)
    sys.exit(code)


def assemble(fleet: Fleet, bell: threading.Event, systemd: sdnotify.SystemdNotifier) -> Daemon:
    """Build every part once, from the settings that count.

    Raises:
        EmoflixError: a file is missing, broken or of another version.
        CatalogueError: the same of the catalogue.
    """
    settings = fleet.settings
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        next(settings.state_dir.iterdir(), None)  # it is closed to all but its owner
    except OSError as error:
        raise StateError(f"state_dir: {settings.state_dir}: {error.strerror}") from error
    observer = open_observer(
        settings.vision,
        width_px=copy_width_px(settings.vision, settings.camera),
        detect_every=DETECT_EVERY,
    )
    films = open_films(settings.recommender, settings.state_dir)
    path = films_path(settings.recommender, settings.state_dir)
    info = _info(observer, films, fleet.configured)

    def hear(wish: bytes) -> None:
        if fleet.hear(wish):
            link.publish("info", msgspec.structs.replace(info, configuration=fleet.configured))

    link = Link(
        settings.mqtt,
        settings.device,
        on_command=bell.set,
        on_configuration=hear if settings.fleet.allow else None,
    )
    return Daemon(
        settings=settings,
        capture=Capture(camera_opener(settings), on_frame=bell.set),
        observer=observer,
        recommender=Recommender(
            films,
            read_looks(path),
            review_reader(path),
            count=settings.recommender.count,
        ),
        household=open_household(settings.household, settings.state_dir),
        link=link,
        info=info,
        bell=bell,
        alive=lambda: systemd.notify("WATCHDOG=1"),
        player=open_player(settings.playing),
        open_observer=lambda: open_observer(settings.vision),
        look_of=describer(path),
        report=_board(settings, link).notice,
    )


def _board(settings: Settings, link: Link) -> StatusBoard:
    """Where those look who keep the box running."""
    shows: list[Callable[[Status], None]] = []
    file = status_file()
    if file is not None:
        shows.append(lambda status: write_status(status, file))
    if settings.metrics != MetricsSettings():
        from emoflix_device.metrics import open_metrics

        shows.append(open_metrics(settings.metrics))

    def show(status: Status) -> None:
        for each in shows:
            each(status)

    return StatusBoard(now=Clock().wall, broker_fault=lambda: link.fault, show=show)


def _info(observer: Observer, films: Catalogue, configured: Configured | None) -> InfoMessage:
    return InfoMessage(
        program=version("emoflix"),
        model=observer.model.card.sha256[:MODEL_LETTERS],
        catalogue=films.version,
        languages=films.languages(),
        commands=tuple(COMMANDS),
        notice=NOTICE,
        configuration=configured,
    )
