"""What one frame costs, stage by stage."""

import time
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
from emoflix_device.vision.card import BUNDLED, BUNDLED_MODEL
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.engine import EngineName
from emoflix_device.vision.expression import open_expression_model
from emoflix_device.vision.look import Observer, open_observer
from emoflix_device.vision.reduce import reduced
from emoflix_device.vision.yunet import YunetDetector
from tests.benchmarks.measure import timed
from tests.benchmarks.shared import YUNET

FRAME_PX = (320, 240)
COPY_WIDTHS_PX = (320, 416, 512, 640)
TURNS = 40


def tables() -> Iterator[Table]:
    """One table."""
    table = Table("stage", "p50 ms", "p99 ms", "per second", title="One core, 320 x 240, one face")
    for name, times_ms in stages():
        p50, p99 = np.percentile(times_ms, [50, 99])
        table.add_row(name, f"{p50:.3f}", f"{p99:.3f}", f"{1000 / p50:,.0f}")
    yield table
    if YUNET.exists():
        yield by_width()


def by_width() -> Table:
    """Whole frames with YuNet in each: both engines on copies of every width, all in turn."""
    engines: dict[str, EngineName] = {"OpenCV": "tflite", "LiteRT": "litert"}
    model = open_expression_model(BUNDLED_MODEL)
    observers = {
        (width_px, name): Observer(YunetDetector(YUNET, width_px, engine), model)
        for width_px, (name, engine) in product(COPY_WIDTHS_PX, engines.items())
    }
    shown = [room(frame.luma, 2) for frame in frames()[:TURNS]]
    times_ms: dict[tuple[int, str], list[float]] = {each: [] for each in observers}
    for luma in shown:
        for each, observer in observers.items():
            started_ns = time.process_time_ns()
            observer.observe(Frame(luma, 0.0, 0))
            times_ms[each].append((time.process_time_ns() - started_ns) / 1e6)
    title = "A frame of 640 x 360, two faces, YuNet in it: p50 ms of processor time, in turn"
    table = Table("copy", *(f"by {name}" for name in engines), title=title)
    for width_px in COPY_WIDTHS_PX:
        cells = (f"{np.median(times_ms[width_px, name]):.1f}" for name in engines)
        table.add_row(f"{width_px} px", *cells)
    return table


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
    large = np.random.default_rng(1).integers(0, 256, (720, 1280), dtype=np.uint8)
    yield "1280 x 720 reduced to 512 px", timed(lambda _: reduced(large, 512))
    area = cv2.INTER_AREA
    yield (
        "the same by averaging",
        timed(lambda _: cv2.resize(large, (512, 288), interpolation=area)),
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
