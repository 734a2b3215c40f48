"""`make bench`: what one frame costs, stage by stage, on one core; start-up and memory.

Not a test: absolute times depend on the machine. Compare rows of one run with each other.
"""

import datetime as dt
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from emoflix_device.camera.frame import Frame
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import VisionSettings
from emoflix_device.errors import ModelError
from emoflix_device.household import HouseholdStore
from emoflix_device.mood import MoodFilter
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.engine import EngineName
from emoflix_device.vision.look import open_observer
from tests.end_to_end.emoflix import BASE, Emoflix
from tests.mosquitto import Ear, Mosquitto

YUNET = Path(__file__).resolve().parents[2] / "shared" / "models" / "yunet_n_320_320.onnx"
FRAME_PX = (320, 240)
ROUNDS = 300
WARM_UP = 20
STEADY_S = 10.0


def frames() -> list[Frame]:
    """Frames of the bundled clip, all with a face, at 320 x 240."""
    video = cv2.VideoCapture(str(bundled_clip()))
    taken = []
    while len(taken) < 60:
        read, picture = video.read()
        if not read:
            break
        luma = cv2.cvtColor(cv2.resize(picture, FRAME_PX), cv2.COLOR_BGR2GRAY)
        taken.append(Frame(luma=luma, taken_at_s=0.0, number=len(taken)))
    return taken


def timed(action: Callable[[int], object]) -> NDArray[Any]:
    """Milliseconds of each of `ROUNDS` calls, after a warm-up."""
    for number in range(WARM_UP):
        action(number)
    times = []
    for number in range(ROUNDS):
        started = time.perf_counter_ns()
        action(number)
        times.append((time.perf_counter_ns() - started) / 1e6)
    return np.array(times)


def stages() -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and milliseconds of every stage."""
    pictures = frames()
    for name, yunet in (("Haar", None), ("YuNet", YUNET)):
        if yunet is not None and not yunet.exists():
            continue
        observer = open_observer(VisionSettings(yunet_model=yunet))
        yield (
            f"find faces, {name}",
            timed(lambda n, o=observer: o.detector.detect(pictures[n % len(pictures)].luma)),
        )
        yield (
            f"whole frame, {name}",
            timed(lambda n, o=observer: o.observe(pictures[n % len(pictures)])),
        )
    engines: tuple[EngineName, ...] = ("litert", "tflite")
    for engine in engines:
        try:
            observer = open_observer(VisionSettings(engine=engine))
        except ModelError as error:
            Console(stderr=True).print(str(error))
            continue
        model, luma = observer.model, pictures[0].luma
        (face, *_) = observer.detector.detect(luma)
        crop = crop_face(luma, face, MARGINS["haar"], model.card.input)
        yield (
            f"one face's expression, {engine}",
            timed(lambda _, m=model, c=crop: m.logits(c[None])),
        )
    mood, look = MoodFilter(memory_s=0.6, absence_s=3.0), np.full((1, 7), 1 / 7)
    yield "mood filter", timed(lambda n: mood.update(look, n / 10))


def daemon() -> tuple[float, float, float]:
    """Seconds from start to the first mood of a face, megabytes held, percent of one core."""
    with tempfile.TemporaryDirectory() as name, Mosquitto(Path(name)) as broker:
        folder = Path(name)
        with HouseholdStore(folder / "household.db") as household:
            household.give_consent(dt.datetime.now(dt.UTC))
        device = Emoflix(folder, broker.port, household={"plain": True})
        device.state_dir.mkdir()
        (folder / "household.db").rename(device.state_dir / "household.db")
        with Ear(broker.port, "emoflix/#") as ear:
            started_s = time.perf_counter()
            with device:
                ear.wait(lambda m: m.topic == f"{BASE}/mood" and b'"nobody"' not in m.payload)
                first_mood_s = time.perf_counter() - started_s
                spent_s = cpu_s(device.pid)
                time.sleep(STEADY_S)
                spent_s = cpu_s(device.pid) - spent_s
                held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{device.pid}/status").read_text())
                assert held is not None
                return first_mood_s, int(held[1]) * 1024 / 1e6, spent_s / STEADY_S * 100


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print both tables."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    console = Console(width=100)
    table = Table("stage", "p50 ms", "p99 ms", "per second", title="One core, 320 x 240, one face")
    for name, times_ms in stages():
        p50, p99 = np.percentile(times_ms, [50, 99])
        table.add_row(name, f"{p50:.3f}", f"{p99:.3f}", f"{1000 / p50:,.0f}")
    console.print(table)
    first_mood_s, held_mb, core_percent = daemon()
    table = Table("daemon on the bundled clip, Haar", "")
    table.add_row("start to first mood", f"{first_mood_s:.2f} s")
    table.add_row("resident memory", f"{held_mb:.0f} MB")
    table.add_row("of one core, at the clip's frame rate", f"{core_percent:.0f} %")
    console.print(table)


if __name__ == "__main__":
    main()
