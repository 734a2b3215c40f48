"""Can a covered mouth be told from the crop? What cheap signs say of drawn covers and real masks.

Of each sign the bound is set where it refuses one in twenty of the uncovered faces; the table says
how many of the covered ones it then refuses.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from emoflix_device.camera.frame import Image
from emoflix_device.config import VisionSettings
from emoflix_device.vision.crop import MARGINS, crop_face
from emoflix_device.vision.expression import ExpressionModel
from emoflix_device.vision.faces import Face
from emoflix_device.vision.look import open_observer
from tests.benchmarks.crops import PREPARED, validation
from tests.benchmarks.quality import fitted
from tests.benchmarks.recall import decoded
from tests.benchmarks.shared import SHARED, YUNET

CROPS: Final = 700
PHOTOS: Final = 420
LEAST_PX: Final = 20
SAME: Final = 0.4
"""Least intersection over union of a found face with a labelled one."""
REFUSED: Final = 0.05
MOUTH: Final = 0.6
"""The mouth's part of a crop begins so far down; from there a hand covers it."""
SIGNS: Final = ("energy", "entropy", "grain", "contrast", "detector's score")
UNMASKED: Final = "sin_mascarilla"
MASKED: Final = "con_mascarilla"
HALF: Final = "mascarilla_mal_puesta"

Signs = NDArray[np.float64]
"""float64[n, 5], a column for each of `SIGNS`."""


def tables() -> Iterator[Table]:
    """Drawn covers on validation crops; masks in photos."""
    model = open_observer(VisionSettings()).model
    table = Table("covered by", "faces", *SIGNS, title="Refused, of the covered faces")
    table.caption = f"where {REFUSED:.0%} of the uncovered ones are refused"
    if PREPARED.is_file():
        crops, _ = validation(CROPS, seed=9)
        plain = signs(model, [fitted(crop, model.card.input) for crop in crops])
        generator = np.random.default_rng(4)
        for name, cover in COVERS.items():
            covered = [fitted(cover(crop, generator), model.card.input) for crop in crops]
            table.add_row(name, str(CROPS), *cells(plain, signs(model, covered)))
    if SHARED.is_dir():
        faces = in_photos(model)
        for name, label in (("a mask", MASKED), ("a mask worn badly", HALF)):
            table.add_row(name, str(len(faces[label])), *cells(faces[UNMASKED], faces[label]))
    if not table.rows:
        Console(stderr=True).print("covered: neither prepared crops nor photos are there")
        return
    yield table


def cells(plain: Signs, covered: Signs) -> Iterator[str]:
    """Of each sign, in the better of its two directions."""
    for column in range(len(SIGNS)):
        if np.isnan(covered[:, column]).any():
            yield "-"
            continue
        low, high = np.quantile(plain[:, column], [REFUSED, 1 - REFUSED])
        refused = max((covered[:, column] < low).mean(), (covered[:, column] > high).mean())
        yield f"{refused:.0%}"


def signs(model: ExpressionModel, crops: list[Image], scores: list[float] | None = None) -> Signs:
    """What each crop gives away, uint8[s, s]; the detector's score where there is one."""
    logits = model.logits(np.stack(crops)).astype(np.float64)
    energy = np.logaddexp.reduce(logits, axis=1)
    log_p = logits / model.card.temperature
    log_p = log_p - np.logaddexp.reduce(log_p, axis=1, keepdims=True)
    entropy = -(np.exp(log_p) * log_p).sum(axis=1)
    below = [lower_by_upper(crop) for crop in crops]
    score = np.full(len(crops), np.nan) if scores is None else np.array(scores)
    return np.column_stack([energy, entropy, np.array(below), score])


def lower_by_upper(crop: Image) -> tuple[float, float]:
    """Grain and contrast of the mouth's part, by those of the eyes' part."""
    at = round(len(crop) * MOUTH)
    eyes, mouth = crop[:at], crop[at:]
    grains = [float(np.abs(cv2.Laplacian(part, cv2.CV_16S)).mean()) for part in (mouth, eyes)]
    return grains[0] / max(grains[1], 1.0), float(mouth.std() / max(eyes.std(), 1.0))


def hand(crop: Image, generator: np.random.Generator) -> Image:
    """A patch in the tone of the cheek, with the gaps of fingers."""
    crop = crop.copy()
    at = round(len(crop) * MOUTH)
    patch = np.full(crop[at:].shape, np.median(crop[at - 9 : at, 12:-12]))
    patch[:, 10::9] -= 25
    patch += cv2.GaussianBlur(generator.normal(0, 25, patch.shape), (0, 0), 2)
    patch = cv2.GaussianBlur(patch, (0, 0), 0.8) + generator.normal(0, 4, patch.shape)
    crop[at:] = np.clip(patch, 0, 255)
    return crop


def popcorn(crop: Image, generator: np.random.Generator) -> Image:
    """Bright blobs."""
    crop = crop.copy()
    at = round(len(crop) * MOUTH)
    blobs = cv2.GaussianBlur(generator.normal(0, 120, crop[at:].shape), (0, 0), 1.5) + 170
    crop[at:] = np.clip(blobs, 0, 255)
    return crop


COVERS: Final[dict[str, Callable[[Image, np.random.Generator], Image]]] = {
    "a drawn hand": hand,
    "drawn popcorn": popcorn,
}


def in_photos(model: ExpressionModel) -> dict[str, Signs]:
    """By label, the faces that YuNet finds in the photos, those with an unmasked one first."""
    observer = open_observer(VisionSettings(yunet_model=YUNET))
    crops: dict[str, list[Image]] = {label: [] for label in (UNMASKED, MASKED, HALF)}
    scores: dict[str, list[float]] = {label: [] for label in crops}
    with zipfile.ZipFile(Path(SHARED) / "data" / "faces" / "facemask853.zip") as archive:
        photos: list[Any] = json.loads(archive.read("boxes.json"))
        photos.sort(key=lambda photo: UNMASKED not in {face["label"] for face in photo["faces"]})
        for photo in photos[:PHOTOS]:
            luma = decoded(archive.read(photo["file"]))
            found = observer.detector.detect(luma)
            for labelled in photo["faces"]:
                x, y, right, bottom = labelled["box"]
                known = Face(x, y, right - x, bottom - y)
                face = max(found, key=known.overlap, default=None)
                if face is None or known.overlap(face) < SAME or face.height_px < LEAST_PX:
                    continue
                crops[labelled["label"]].append(
                    crop_face(luma, face, MARGINS["yunet"], model.card.input)
                )
                scores[labelled["label"]].append(face.score)
    return {label: signs(model, crops[label], scores[label]) for label in crops}
