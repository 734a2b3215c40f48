"""What one frame costs, stage by stage."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.camera.source import bundled_clip
from emoflix_device.config import VisionSettings
from emoflix_device.errors import ModelError
from emoflix_device.mood import MoodFilter
from emoflix_device.run import DETECT_EVERY
from emoflix_device.vision.card import BUNDLED
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.engine import EngineName
from emoflix_device.vision.look import open_observer
from tests.benchmarks.measure import timed
from tests.benchmarks.shared import YUNET

FRAME_PX = (320, 240)


def tables() -> Iterator[Table]:
    """One table."""
    table = Table("stage", "p50 ms", "p99 ms", "per second", title="One core, 320 x 240, one face")
    for name, times_ms in stages():
        p50, p99 = np.percentile(times_ms, [50, 99])
        table.add_row(name, f"{p50:.3f}", f"{p99:.3f}", f"{1000 / p50:,.0f}")
    yield table


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


def room(luma: Image, people: int) -> Image:
    """So many of the clip's faces, at most ten, side by side in a grey 640 x 360."""
    small = cv2.resize(luma, (128, 96), interpolation=cv2.INTER_AREA)
    picture = np.full((360, 640), 110, np.uint8)
    for number in range(people):
        row, column = divmod(number, 5)
        picture[60 + 140 * row :][:96, 128 * column :][:, :128] = small
    return picture


def stages() -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and milliseconds of every stage."""
    pictures = frames()
    for name, yunet in (("Haar", None), ("YuNet", YUNET)):
        if yunet is not None and not yunet.exists():
            continue
        observer = open_observer(VisionSettings(yunet_model=yunet), width_px=FRAME_PX[0])
        yield (
            f"find faces, {name}",
            timed(lambda n, o=observer: o.detector.detect(pictures[n % len(pictures)].luma)),
        )
        yield (
            f"whole frame, {name}",
            timed(lambda n, o=observer: o.observe(pictures[n % len(pictures)])),
        )
    yunet = YUNET if YUNET.exists() else None
    for people in (1, 10):
        observer = open_observer(VisionSettings(yunet_model=yunet), detect_every=DETECT_EVERY)
        shown = [room(pictures[number].luma, people) for number in range(5)]
        yield (
            f"640 x 360, {people} followed",
            timed(lambda n, o=observer, s=shown: o.observe(Frame(s[n % len(s)], 0.0, n))),
        )
    engines: tuple[EngineName, ...] = ("litert", "tflite")
    for network, engine in product(BUNDLED, engines):
        settings = msgspec.convert({"network": network, "engine": engine}, VisionSettings)
        try:
            observer = open_observer(settings)
        except ModelError as error:
            Console(stderr=True).print(str(error))
            continue
        model, luma = observer.model, pictures[0].luma
        (face, *_) = observer.detector.detect(luma)
        crop = crop_face(luma, face, MARGINS["haar"], model.card.input)
        yield (
            f"one face's expression, {network} network, {engine}",
            timed(lambda _, m=model, c=crop: m.logits(c[None])),
        )
    mood, look = MoodFilter(memory_s=0.7, absence_s=3.0), np.full((1, 7), 1 / 7)
    yield "mood filter", timed(lambda n: mood.update(look, n / 10))
