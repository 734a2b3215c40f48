"""`emoflix check`: try the parts one by one and say what is wrong."""

import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from emoflix_catalog.errors import CatalogueError
from emoflix_device.config import Settings, load_settings
from emoflix_device.errors import BrokerError, EmoflixError
from emoflix_device.options import config_option

# Each part is imported by its own check: what is missing for one must not hide the others.


def _model(settings: Settings) -> str:
    from emoflix_device.vision.look import open_observer

    observer = open_observer(settings.vision)
    model = observer.model
    return (
        f"expressions by {model.engine.name} ({model.card.sha256[:12]}), "
        f"faces by {observer.detector.name}"
    )


def _catalogue(settings: Settings) -> str:
    from emoflix_device.recommender import open_films

    with (
        tempfile.TemporaryDirectory() as folder,
        open_films(settings.recommender, Path(folder)) as films,
    ):
        return f"{len(films)} films, version {films.version}"


def _state(settings: Settings) -> str:
    from emoflix_device.household import STORE, is_there, open_household

    if not is_there(settings.state_dir / STORE):
        return f"{settings.state_dir}: nothing is kept yet"
    with open_household(settings.household, settings.state_dir) as household:
        consent = "given" if household.consent_given else "not given: no frame is looked at"
        camera = "on" if household.camera_wanted else "off"
        return f"{settings.state_dir}: consent {consent}, the camera's switch is {camera}"


def _camera(settings: Settings) -> str:
    from emoflix_device.indicator import camera_opener

    source = camera_opener(settings)()
    try:
        height_px, width_px = source.read().luma.shape
        return f"{source.describe()} gives {width_px}x{height_px}"
    finally:
        source.close()


def _broker(settings: Settings) -> str:
    from emoflix_device.mqtt.connection import probe

    fault = probe(settings.mqtt)
    if fault is not None:
        raise BrokerError(fault)
    return f"{settings.mqtt.host}:{settings.mqtt.port} lets this device in"


def _player(settings: Settings) -> str:
    from emoflix_device.playing.player import open_player

    player = open_player(settings.playing)
    return "none is set: films are not started from here" if player is None else player.describe()


CHECKS: Final[tuple[tuple[str, Callable[[Settings], str]], ...]] = (
    ("model", _model),
    ("catalogue", _catalogue),
    ("state", _state),
    ("camera", _camera),
    ("broker", _broker),
    ("player", _player),
)


@click.command()
@config_option
def check(config: Path) -> None:
    """Test model, catalogue, state, camera, broker and player one by one; 1 if one is wrong."""
    settings = load_settings(config)
    # Each fault is told in its place below; a service's log lines would tell it twice.
    logging.getLogger("emoflix_device").addHandler(logging.NullHandler())
    click.echo(f"ok    configuration  {config}, device {settings.device}")
    faults = 0
    for name, test in CHECKS:
        try:
            click.echo(f"ok    {name:13}  {test(settings)}")
        except (EmoflixError, CatalogueError) as error:
            faults += 1
            click.echo(f"WRONG {name:13}  {error}")
    sys.exit(1 if faults else 0)
