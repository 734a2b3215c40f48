"""How many faces are found on real photos: whole ones, and shrunk to what 2, 3 and 4 m leave.

The photos lie beside the checkout, in `../shared`. A face is found where a box overlaps the
labelled one, which is drawn more loosely, by an intersection over union of `SAME`. The intervals
are those of other photos drawn from these (the bootstrap, Efron 1979): faces of a crowd are alike.
"""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from emoflix_device.camera.frame import Image
from emoflix_device.config import CameraSettings, VisionSettings
from emoflix_device.vision.faces import Detector, Face, open_detector
from emoflix_device.vision.reach import FACE_M
from emoflix_device.vision.yunet import YunetDetector
from tests.benchmarks.shared import SHARED, YUNET

COPY_WIDTHS_PX: Final = (320, 416, 512, 640, 800)
DISTANCES_M: Final = (2, 3, 4)
LEAST_PX: Final = 24
"""Whole photos are searched for unmasked faces of at least so many pixels."""
AROUND: Final = 6
"""So many face widths of surroundings are kept on each side."""
SAME: Final = 0.3
ALIKE: Final = 0.95
NOT_REDUCED_PX: Final = 4000
DRAWN: Final = 2000
"""Sets of photos behind an interval."""

Box = tuple[float, float, float, float]


class Photo(NamedTuple):
    """One in grey, the boxes of its unmasked faces, and of all."""

    luma: Image
    faces: list[Box]
    all_faces: list[Box]


class Tally(NamedTuple):
    """Of one photo: its faces that were found, and all that were wanted."""

    found: int
    faces: int


def tables() -> Iterator[Table]:
    """Recall by distance, on whole photos, and whether YuNet's two engines agree."""
    folder = SHARED / "data" / "faces"
    if not folder.is_dir():
        Console(stderr=True).print(f"recall: {folder} is not there")
        return
    taken = list(photos(folder))
    yield by_distance(taken)
    yield on_whole_photos(taken)
    yield by_engine(taken)


def detectors(width_px: int) -> dict[str, Detector]:
    """Both, looking at a copy of this width."""
    return {
        "Haar": open_detector(VisionSettings(), width_px=width_px),
        "YuNet": open_detector(VisionSettings(yunet_model=YUNET), width_px=width_px),
    }


def by_distance(taken: list[Photo]) -> Table:
    """Every large enough face, shrunk with its surroundings to its width in a reduced copy."""
    across = 2 * math.tan(math.radians(CameraSettings().lens_deg / 2))
    both = detectors(NOT_REDUCED_PX)
    table = Table("copy", "distance", "face width", *both, title="Faces found, by distance")
    for copy_px in COPY_WIDTHS_PX:
        for distance_m in DISTANCES_M:
            face_px = FACE_M / distance_m * copy_px / across
            tallies: dict[str, list[Tally]] = {name: [] for name in both}
            for photo in taken:
                shrunk = list(scenes(photo, face_px))
                for name, detector in both.items():
                    found = sum(
                        any(overlap(face, box) > SAME for face in detector.detect(scene))
                        for scene, box in shrunk
                    )
                    tallies[name].append(Tally(found, len(shrunk)))
            cells = (told(tallies[name]) for name in both)
            table.add_row(f"{copy_px} px", f"{distance_m} m", f"{face_px:.0f} px", *cells)
    return table


def on_whole_photos(taken: list[Photo]) -> Table:
    """Recall, and how many boxes lie on no labelled face, masked ones included."""
    table = Table(
        "copy",
        "Haar found",
        "wrong boxes",
        "YuNet found",
        "wrong boxes",
        title=f"Unmasked faces of {LEAST_PX} px and more in whole photos",
    )
    for copy_px in (*COPY_WIDTHS_PX, NOT_REDUCED_PX):
        cells: list[str] = []
        for detector in detectors(copy_px).values():
            wrong, tallies = 0, []
            for photo in taken:
                boxes = detector.detect(photo.luma)
                wrong += sum(
                    not any(overlap(box, known) > SAME for known in photo.all_faces)
                    for box in boxes
                )
                wanted = [known for known in photo.faces if known[2] >= LEAST_PX]
                found = sum(any(overlap(box, known) > SAME for box in boxes) for known in wanted)
                tallies.append(Tally(found, len(wanted)))
            cells += [told(tallies), str(wrong)]
        name = "as it is" if copy_px == NOT_REDUCED_PX else f"{copy_px} px"
        table.add_row(name, *cells)
    return table


def by_engine(taken: list[Photo]) -> Table:
    """YuNet's boxes in whole photos, by OpenCV and by LiteRT."""
    opencv, litert = (
        YunetDetector(YUNET, NOT_REDUCED_PX, engine) for engine in ("tflite", "litert")
    )
    counts = np.zeros(3, int)
    for photo in taken:
        one, other = opencv.detect(photo.luma), litert.detect(photo.luma)
        same = sum(any(box.overlap(each) > ALIKE for each in other) for box in one)
        counts += len(one), len(other), same
    title = f"YuNet's boxes in {len(taken)} whole photos"
    table = Table("by OpenCV", "by LiteRT", f"the same, by an overlap of {ALIKE}", title=title)
    table.add_row(*map(str, counts))
    return table


def photos(folder: Path) -> Iterator[Photo]:
    """Those with an unmasked face."""
    with zipfile.ZipFile(folder / "facemask853.zip") as archive:
        for photo in json.loads(archive.read("boxes.json")):
            boxes = {"sin_mascarilla": [], "": []}
            for face in photo["faces"]:
                x, y, right, bottom = face["box"]
                boxes.setdefault(face["label"], []).append((x, y, right - x, bottom - y))
            if boxes["sin_mascarilla"]:
                yield Photo(
                    decoded(archive.read(photo["file"])),
                    boxes["sin_mascarilla"],
                    [box for known in boxes.values() for box in known],
                )
    with zipfile.ZipFile(folder / "dlib_faces.zip") as archive:
        for name in ("training.xml", "testing.xml"):
            for image in ET.fromstring(archive.read(name)).iter("image"):  # noqa: S314 - a known file
                known = [
                    (
                        float(box.attrib["left"]),
                        float(box.attrib["top"]),
                        float(box.attrib["width"]),
                        float(box.attrib["height"]),
                    )
                    for box in image.iter("box")
                ]
                yield Photo(decoded(archive.read(image.attrib["file"])), known, known)


def decoded(data: bytes) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE))


def scenes(photo: Photo, width_px: float) -> Iterator[tuple[Image, Box]]:
    """Every unmasked face that is at least so wide, shrunk to it, with its surroundings."""
    for x, y, width, height in photo.faces:
        if width < width_px:
            continue
        scale = width_px / width
        reach = AROUND * width
        top, left = max(0, int(y - reach)), max(0, int(x - reach))
        part = photo.luma[top : int(y + height + reach), left : int(x + width + reach)]
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        yield small, ((x - left) * scale, (y - top) * scale, width * scale, height * scale)


def told(tallies: list[Tally]) -> str:
    """The share that was found, its 95 % interval, and of how many."""
    found, faces = np.array(tallies).T
    drawn = np.random.default_rng(1).integers(len(tallies), size=(DRAWN, len(tallies)))
    low, high = np.quantile(found[drawn].sum(1) / faces[drawn].sum(1), [0.025, 0.975])
    share = found.sum() / faces.sum()
    if not found.any():
        high = 3 / faces.sum()  # the rule of three: Hanley and Lippman-Hand, JAMA 1983
    return f"{share:.0%} ({100 * low:.0f}-{100 * high:.0f}) of {faces.sum()}"


def overlap(face: Face, box: Box) -> float:
    """Intersection over union."""
    return face.overlap(Face(*box))
