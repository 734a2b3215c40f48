"""Reads one video and some labelled crops with one program, and prints what it cost as JSON.

    python tests/benchmarks/beside_worker.py PROGRAM VIDEO CROPS.npz

Runs in a process of its own, so that its memory is its own; for `fer` in an environment of its own.
Times are the processor's, not the wall's: what else the machine does must not count.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

LOOKS_PER_S: Final = 5.0
WARM_UP: Final = 5
ENLARGED_PX: Final = 200
SEED: Final = "seed.tflite"
CASCADE: Final = "haarcascade_frontalface_default.xml"
FER_OFFSET_PX: Final = 10
"""So much the `fer` package adds on each side of a face it is given."""

Look = Callable[[Any], int]
Classify = Callable[[Any], int]


def fer() -> tuple[Look, Classify]:
    """The package as it comes: Haar on the whole frame, its quantised TFLite model."""
    from fer.fer import FER

    detector = FER()
    names = list(FER._get_labels().values())

    def classify(crop: Any) -> int:
        size = (ENLARGED_PX, ENLARGED_PX)
        large = cv2.cvtColor(cv2.resize(crop, size), cv2.COLOR_GRAY2BGR)
        side = ENLARGED_PX - 2 * FER_OFFSET_PX
        box = (FER_OFFSET_PX, FER_OFFSET_PX, side, side)
        (read,) = detector.detect_emotions(large, [box])
        return names.index(max(read["emotions"], key=read["emotions"].get))

    return lambda image: len(detector.detect_emotions(image)), classify


def haar_and_seed(network: Path) -> tuple[Look, Classify]:
    """What a tutorial leads to: OpenCV's cascade on the whole frame, a float network on its faces.

    The network runs as float TFLite, the fastest form that it has.
    """
    from ai_edge_litert.interpreter import Interpreter

    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + CASCADE)
    interpreter = Interpreter(str(network), num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    answer = interpreter.get_output_details()[0]["index"]
    side = int(source["shape"][1])

    def classify(crop: Any) -> int:
        resized = cv2.resize(crop, (side, side)).astype(np.float32)
        interpreter.set_tensor(source["index"], resized[None, :, :, None])
        interpreter.invoke()
        return int(interpreter.get_tensor(answer)[0].argmax())

    def look(image: Any) -> int:
        luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(luma, scaleFactor=1.1, minNeighbors=5)
        for x, y, width, height in boxes:
            classify(luma[y : y + height, x : x + width])
        return len(boxes)

    return look, classify


def emoflix(
    yunet: Path | None, *, detect_every: int, farthest_m: float = 3.0
) -> tuple[Look, Classify]:
    """This program, on a frame as the service gets it, faces looked for up to so far away."""
    from emoflix_device.camera.frame import Frame
    from emoflix_device.config import CameraSettings, VisionSettings
    from emoflix_device.vision.look import open_observer
    from emoflix_device.vision.reach import copy_width_px
    from tests.benchmarks.quality import fitted

    settings = VisionSettings(yunet_model=yunet, farthest_m=farthest_m)
    observer = open_observer(
        settings, width_px=copy_width_px(settings, CameraSettings()), detect_every=detect_every
    )

    def look(image: Any) -> int:
        luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
        return len(observer.observe(Frame(luma, 0.0, 0)).faces)

    def classify(crop: Any) -> int:
        logits = observer.model.logits(fitted(crop, observer.model.card.input)[None])
        return int(logits[0].argmax())

    return look, classify


def yunet_file() -> Path:
    from tests.benchmarks.shared import YUNET

    return YUNET


PROGRAMS: Final[dict[str, Callable[[Path], tuple[Look, Classify]]]] = {
    "fer": lambda _: fer(),
    "haar-seed": lambda folder: haar_and_seed(folder / SEED),
    "emoflix-haar": lambda _: emoflix(None, detect_every=1),
    "emoflix-yunet": lambda _: emoflix(yunet_file(), detect_every=1),
    "emoflix-yunet-2m": lambda _: emoflix(yunet_file(), detect_every=1, farthest_m=2.0),
    "emoflix-service": lambda _: emoflix(yunet_file(), detect_every=5),
}
"""Each is given the folder of the crops."""


def main(program: str, video: str, crops: str) -> None:
    """Print one line of JSON."""
    cv2.setNumThreads(1)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    look, classify = PROGRAMS[program](Path(crops).parent)
    times_ms, found = [], 0
    for number, image in enumerate(images(video)):
        started_ns = time.process_time_ns()
        faces = look(image)
        if number >= WARM_UP:
            times_ms.append((time.process_time_ns() - started_ns) / 1e6)
            found += faces > 0
    with np.load(crops) as held:
        right = [
            classify(crop) == label
            for crop, label in zip(held["crops"], held["labels"], strict=True)
        ]
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(  # noqa: T201 - this is its answer
        json.dumps(
            {
                "p50_ms": float(np.percentile(times_ms, 50)),
                "p99_ms": float(np.percentile(times_ms, 99)),
                "cpu_s_a_minute": float(np.mean(times_ms) * LOOKS_PER_S * 60 / 1000),
                "found": found / len(times_ms),
                "memory_mb": int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6,
                "accuracy": float(np.mean(right)),
            }
        )
    )


def images(video: str) -> Any:
    """Frames of the video, so many a second as the service looks at."""
    capture = cv2.VideoCapture(video)
    stride = max(1, round(capture.get(cv2.CAP_PROP_FPS) / LOOKS_PER_S))
    number = 0
    while (read := capture.read())[0]:
        if number % stride == 0:
            yield read[1]
        number += 1
    capture.release()


if __name__ == "__main__":
    main(*sys.argv[1:4])
