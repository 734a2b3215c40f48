"""`emoflix demo`: a broker, the service and a viewer, on the bundled clip or a camera at hand."""

import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import yaml

from emoflix_device import cli
from emoflix_device.broker import Broker, open_broker
from emoflix_device.camera.source import without_password
from emoflix_device.config import PLACELESS, MqttSettings
from emoflix_device.errors import EmoflixError
from emoflix_device.household import HouseholdStore
from emoflix_device.watch import show

DEVICE: Final = "demo"
STOP_S: Final = 5.0


@click.command()
@click.option("--seconds", type=click.FloatRange(min=1), help="End by itself after so long.")
@click.option("--source", default="clip", help="A camera, video, address or folder of pictures.")
def demo(seconds: float | None, source: str) -> None:
    """Run broker, service and viewer together; Ctrl-C ends all three."""
    # A terminated demo ends like an interrupted one: its children go first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shown = without_password(source) if "://" in source else source
    with tempfile.TemporaryDirectory(prefix="emoflix-demo-") as name, open_broker() as broker:
        settings = MqttSettings(host=broker.host, port=broker.port)
        click.echo(
            f"Broker: {broker.kind} at {broker.host}:{broker.port} (topics emoflix/{DEVICE}/...). "
            f"Pictures from: {shown}. Nothing is kept; Ctrl-C ends."
        )
        with _service(Path(name), broker, source) as service:
            show(
                settings,
                device=DEVICE,
                seconds=seconds,
                ended=lambda: service.poll() is not None,
            )


@contextmanager
def _service(folder: Path, broker: Broker, source: str) -> Iterator[subprocess.Popen[bytes]]:
    """`emoflix run` in a child process, with the consent of whoever starts a demo.

    Raises:
        EmoflixError: it ended by itself.
    """
    with HouseholdStore(folder / "household.db") as household:
        household.give_consent(dt.datetime.now(dt.UTC))
    # The configuration lies elsewhere: a path is to be the one that was meant here, there or not.
    named = source if PLACELESS.match(source) else str(Path.cwd() / source)
    config, log = folder / "emoflix.yaml", folder / "emoflix.log"
    settings = {
        "device": DEVICE,
        "state_dir": str(folder),
        "camera": {"source": named, "loop": True},
        "household": {"plain": True},
        "mqtt": {"host": broker.host, "port": broker.port},
        # An evening in a minute: an empty room and a new mood count after moments.
        "mood": {"absence_s": 2.0},
        "recommender": {"settled_mood_s": 1.5},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    program = "from emoflix_device.demo import tied; tied()"
    command = [sys.executable, "-c", program, "run", "--config", str(config)]
    with log.open("wb") as said:
        # In a session of its own: Ctrl-C is for the demo, which would take a service that was
        # quicker to end for one that ended by itself.
        service = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stderr=said, start_new_session=True
        )
    try:
        yield service
        if service.poll() is not None:
            last = log.read_text(encoding="utf-8").splitlines()[-1:]
            raise EmoflixError(f"the service ended by itself: {''.join(last)}")
    finally:
        if service.stdin is not None:
            service.stdin.close()
        service.terminate()
        try:
            service.wait(STOP_S)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


def tied() -> None:
    """`emoflix`, until the standard input ends: with its parent, however that ends.

    A demo that was killed would leave it behind with the camera on.
    """

    def follow() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    cli.main()
