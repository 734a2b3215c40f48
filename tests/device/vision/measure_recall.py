"""Prints how many faces are found at the sizes they have 2, 3 and 4 m away; not a test.

    python tests/device/vision/measure_recall.py ../shared

Every unmasked face of the two sets of photos that is large enough is shrunk, with its surroundings,
to the width that a face of 16 cm has in a reduced copy of a frame from a lens of 66 degrees.
"""

import json
import math
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.faces import Detector, Face, open_detector

FACE_M = 0.16
LENS_DEG = 66
COPY_WIDTHS_PX = (240, 320, 480, 640, 960)
DISTANCES_M = (1.5, 2, 3, 4)
AROUND = 6
"""So many face widths of surroundings are kept on each side."""
SAME = 0.3
"""Least intersection over union of a box with the labelled one, which is drawn more loosely."""

Box = tuple[float, float, float, float]


def photos(shared: Path) -> Iterator[tuple[Image, list[Box]]]:
    """Each photo in grey with the boxes (x, y, width, height) of its unmasked faces."""
    folder = shared / "data" / "faces"
    with zipfile.ZipFile(folder / "facemask853.zip") as archive:
        for photo in json.loads(archive.read("boxes.json")):
            boxes = [face["box"] for face in photo["faces"] if face["label"] == "sin_mascarilla"]
            if boxes:
                corners = [(x, y, right - x, bottom - y) for x, y, right, bottom in boxes]
                yield decoded(archive.read(photo["file"])), corners
    with zipfile.ZipFile(folder / "dlib_faces.zip") as archive:
        for name in ("training.xml", "testing.xml"):
            for photo in ET.fromstring(archive.read(name)).iter("image"):  # noqa: S314 - our own
                places = [box.attrib for box in photo.iter("box")]
                yield (
                    decoded(archive.read(photo.attrib["file"])),
                    [
                        tuple(float(box[side]) for side in ("left", "top", "width", "height"))
                        for box in places
                    ],
                )


def decoded(data: bytes) -> Image:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def scenes(shared: Path, width_px: float) -> Iterator[tuple[Image, Box]]:
    """Every face that is at least so wide, shrunk to it, with its surroundings."""
    for photo, boxes in photos(shared):
        for x, y, width, height in boxes:
            if width < width_px:
                continue
            scale = width_px / width
            reach = AROUND * width
            top, left = max(0, int(y - reach)), max(0, int(x - reach))
            part = photo[top : int(y + height + reach), left : int(x + width + reach)]
            size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
            small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            yield small, ((x - left) * scale, (y - top) * scale, width * scale, height * scale)


def overlap(face: Face, box: Box) -> float:
    """Intersection over union."""
    x, y, width, height = box
    across = min(face.x_px + face.width_px, x + width) - max(face.x_px, x)
    down = min(face.y_px + face.height_px, y + height) - max(face.y_px, y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (face.width_px * face.height_px + width * height - shared)


def recall(detector: Detector, shared: Path, width_px: float) -> tuple[int, int]:
    """How many faces were found, of how many."""
    found = [
        any(overlap(face, box) > SAME for face in detector.detect(scene))
        for scene, box in scenes(shared, width_px)
    ]
    return sum(found), len(found)


def main(shared: Path) -> None:
    cv2.setNumThreads(1)
    yunet = shared / "models" / "yunet_n_320_320.onnx"
    table = Table("copy", "distance", "face width", "Haar", "YuNet")
    for copy_px in COPY_WIDTHS_PX:
        for distance_m in DISTANCES_M:
            focal_px = copy_px / 2 / math.tan(math.radians(LENS_DEG / 2))
            width_px = FACE_M / distance_m * focal_px
            cells = []
            for model in (None, yunet):
                # Wider than any scene, so that the detector makes no copy of its own.
                settings = VisionSettings(yunet_model=model, detection_width_px=1920)
                found, all_faces = recall(open_detector(settings), shared, width_px)
                cells.append(f"{found / all_faces:.0%} of {all_faces}")
            table.add_row(f"{copy_px} px", f"{distance_m:g} m", f"{width_px:.0f} px", *cells)
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
