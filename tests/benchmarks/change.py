"""From a face that changes before the camera to the mood that the broker tells.

The whole program, its camera a stream over HTTP from this process, looks five times a second. The
face changes between a neutral stretch of a real video and its smile; without that video, between
two faces of the bundled clip. What is counted: from the first frame that shows the other face
until `mood_changed` has arrived over MQTT.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.table import Table

from emoflix_device.camera.source import bundled_clip
from tests.benchmarks.shared import SHARED, YUNET
from tests.end_to_end.emoflix import BASE, START_S, Emoflix, give_consent, wait_online
from tests.end_to_end.http_camera import Footage, HttpCamera, scene
from tests.mosquitto import Ear, Mosquitto

CHANGES: Final = 12
HELD_S: Final = (8.0, 10.0)
"""So long each face is shown before the other, drawn at random: a look may be just over or due."""
LOOKS_PER_S: Final = 5
REAL: Final = SHARED / "data" / "video" / "neutral_to_smile.mp4"


def tables() -> Iterator[Table]:
    """A row for each detector, after four minutes."""
    footage = faces()
    shown = REAL.name if REAL.is_file() else bundled_clip().name
    title = f"{CHANGES} changes of a face ({shown}) at {LOOKS_PER_S} looks a second"
    table = Table("detector", "half within", "longest", "to happy", "to neutral", title=title)
    for name, vision in (("Haar", {}), ("YuNet", {"yunet_model": str(YUNET)})):
        if vision and not YUNET.exists():
            continue
        told_s = measured(footage, vision)
        every = [each for delays_s in told_s.values() for each in delays_s]
        table.add_row(
            name,
            f"{np.median(every):.2f} s",
            f"{max(every):.2f} s",
            *(f"{np.median(told_s[mood]):.2f} s" for mood in ("happy", "neutral")),
        )
    yield table


def faces() -> dict[str, Footage]:
    """What is shown, by the mood that is to be announced for it."""
    if REAL.is_file():
        return {"neutral": scene(REAL, 0.0, 0.5), "happy": scene(REAL, 1.0, 2.4)}
    return {"neutral": scene(bundled_clip(), 1.0, 4.0), "happy": scene(bundled_clip(), 6.0, 9.0)}


def measured(footage: dict[str, Footage], vision: dict[str, Any]) -> dict[str, list[float]]:
    """Seconds of each change, by what the face changed to."""
    camera = {"loop": False, "frames_per_s": LOOKS_PER_S}
    told_s: dict[str, list[float]] = {mood: [] for mood in footage}
    generator = np.random.default_rng(1)
    with (
        tempfile.TemporaryDirectory() as name,
        Mosquitto(Path(name)) as broker,
        HttpCamera(footage["neutral"]) as http_camera,
        Ear(broker.port, f"{BASE}/#", "emoflix/+/client/#") as ear,
        Emoflix(
            Path(name), broker.port, camera={"source": http_camera.address, **camera}, vision=vision
        ),
    ):
        wait_online(ear)
        give_consent(ear)
        announced(ear, "neutral")
        for number in range(CHANGES):
            mood = ("happy", "neutral")[number % 2]
            time.sleep(generator.uniform(*HELD_S))
            ear.forget()
            changed_s = http_camera.show(footage[mood])
            told_s[mood].append(announced(ear, mood) - changed_s)
    return told_s


def announced(ear: Ear, mood: str) -> float:
    """When it was told that the mood is this one now, by the monotonic clock."""
    named = f'"mood":"{mood}"'.encode()
    told = ear.wait(
        lambda m: m.topic == f"{BASE}/event" and named in m.payload, mood, guard_s=START_S
    )
    return float(told.timestamp)
