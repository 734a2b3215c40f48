"""`make soak`: 200,000 frames through a whole daemon at full speed; does its memory stay put?

    python -m tests.soak [FRAMES]

The bundled clip is shown over and over, ten frames to a second of the daemon's clock, so that
200,000 are five and a half hours of evenings, with their moods, slates and a real broker. It fails
where more is held at the end than `ALLOWED_MB` above what was held after the first `WARM_FRAMES`.
"""

import datetime as dt
import gc
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Final, cast

import cv2
from rich.console import Console

from emoflix_catalog.features.opinion import Opinions
from emoflix_device.camera.capture import Capture, CaptureCounts
from emoflix_device.camera.frame import Frame, Image
from emoflix_device.camera.source import bundled_clip
from emoflix_device.clock import Clock
from emoflix_device.config import MqttSettings, Settings, VisionSettings
from emoflix_device.daemon import Daemon
from emoflix_device.health import resident_mb
from emoflix_device.household import HouseholdStore
from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import InfoMessage
from emoflix_device.recommender import Recommender, open_films
from emoflix_device.run import DETECT_EVERY
from emoflix_device.vision.look import open_observer
from tests.benchmarks.shared import YUNET
from tests.mosquitto import HOST, Mosquitto

FRAMES: Final = 200_000
WARM_FRAMES: Final = 5_000
ALLOWED_MB: Final = 3.0
FRAMES_PER_S: Final = 10.0
EVENING: Final = dt.datetime(2026, 5, 1, 18, 0, tzinfo=dt.UTC)


class Show:
    """Stands in for the capture and the clock: the next frame is always there, a tenth later."""

    period_s = 0.0
    status = "on"
    fault = None

    def __init__(self) -> None:
        self._pictures = clip()
        self.frames = 0

    @property
    def pictures_mb(self) -> float:
        return sum(picture.nbytes for picture in self._pictures) / 1e6

    @property
    def counts(self) -> CaptureCounts:
        return CaptureCounts(frames=self.frames)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def take(self) -> Frame:
        self.frames += 1
        luma = self._pictures[self.frames % len(self._pictures)]
        return Frame(luma, self.now_s(), self.frames)

    def now_s(self) -> float:
        return self.frames / FRAMES_PER_S

    def clock(self) -> Clock:
        return Clock(steady_s=self.now_s, wall=lambda: EVENING + dt.timedelta(seconds=self.now_s()))


def clip() -> list[Image]:
    """All frames of the bundled clip, in grey."""
    video = cv2.VideoCapture(str(bundled_clip()))
    pictures = []
    while (read := video.read())[0]:
        pictures.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY))
    video.release()
    return cast("list[Image]", pictures)


def a_daemon(folder: Path, port: int, show: Show) -> Daemon:
    """As `emoflix run` puts it together, but for the camera and the clock."""
    settings = Settings(device="soak", state_dir=folder, mqtt=MqttSettings(host=HOST, port=port))
    vision = VisionSettings(yunet_model=YUNET if YUNET.exists() else None)
    bell = threading.Event()
    films = open_films(settings.recommender, folder)
    household = HouseholdStore(folder / "household.db")
    household.give_consent(EVENING)

    def observer() -> Any:
        return open_observer(vision, detect_every=DETECT_EVERY)

    return Daemon(
        settings=settings,
        capture=cast("Capture", show),
        observer=observer(),
        recommender=Recommender(films, {}, Opinions(), count=settings.recommender.count),
        household=household,
        link=Link(settings.mqtt, settings.device, on_command=bell.set),
        info=InfoMessage(
            program="0",
            model="soak",
            catalogue=films.version,
            languages=films.languages(),
            commands=tuple(COMMANDS),
            notice="",
        ),
        bell=bell,
        alive=lambda: None,
        open_observer=observer,
        clock=show.clock(),
    )


def held_mb() -> float:
    gc.collect()
    return resident_mb()


def main(frames: int) -> None:
    """Turn the loop so often; exit with 1 where memory grew."""
    console = Console()
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name)) as broker:
        show = Show()
        console.print(f"the clip's pictures take {show.pictures_mb:.0f} MB of what follows")
        daemon = a_daemon(Path(name), broker.port, show)
        daemon.start()
        try:
            warm_mb = 0.0
            while show.frames < frames:
                daemon.beat()
                if show.frames % WARM_FRAMES == 0:
                    now_mb = held_mb()
                    warm_mb = warm_mb or now_mb
                    console.print(f"{show.frames:>9,} frames: {now_mb:.1f} MB")
            grown_mb = held_mb() - warm_mb
        finally:
            daemon.close()
    console.print(f"{grown_mb:+.1f} MB since the first {WARM_FRAMES:,}; allowed are {ALLOWED_MB:g}")
    sys.exit(grown_mb > ALLOWED_MB)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES)
