"""What a bad view costs: accuracy on labelled crops as a room spoils them, cleared and not.

The bounds in `vision.quality` were set on the first `TUNED_ON` of the validation crops; what is
printed here is measured on the others.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from emoflix_device.vision.card import BUNDLED_MODEL, CardInput
from emoflix_device.vision.crop import FER_PX
from emoflix_device.vision.expression import open_expression_model, probabilities
from emoflix_device.vision.quality import LEAST, cleared, quality_of
from tests.benchmarks.crops import ROOMS, Crops, is_prepared, validation

TUNED_ON: Final = 700
MEASURED_ON: Final = 700
SIDES_PX: Final = {"24 px": 24, "18 px": 18, "14 px": 14, "10 px": 10}
CLAHE_CLIP: Final = 2.0


def tables() -> Iterator[Table]:
    """Two tables: by room, and by quality."""
    if not is_prepared("quality"):
        return
    model = open_expression_model(BUNDLED_MODEL)
    crops, labels = (part[TUNED_ON:] for part in validation(TUNED_ON + MEASURED_ON, seed=1))
    clahe = cv2.createCLAHE(CLAHE_CLIP, (4, 4))
    rooms = Table(
        "room",
        "as it comes",
        "CLAHE",
        "cleared",
        "confidence",
        "quality",
        "read",
        title=f"n = {len(labels)}",
    )
    shares, right = [], []
    for room, spoil in ROOMS.items():
        spoiled = [fitted(spoil(crop), model.card.input) for crop in crops]
        side_px = float(SIDES_PX.get(room, FER_PX))
        qualities = [quality_of(crop, side_px, None) for crop in spoiled]
        plain = model.logits(np.stack(spoiled))
        local = model.logits(np.stack([np.asarray(clahe.apply(crop)) for crop in spoiled]))
        clear = model.logits(np.stack(list(map(cleared, spoiled, qualities))))
        certain = probabilities(clear, model.card.temperature).max(axis=1).mean()
        room_shares = np.array([quality.share for quality in qualities])
        rooms.add_row(
            room,
            *(
                f"{(logits.argmax(axis=1) == labels).mean():.1%}"
                for logits in (plain, local, clear)
            ),
            f"{certain:.2f}",
            f"{np.median(room_shares):.2f}",
            f"{(room_shares >= LEAST).mean():.0%}",
        )
        shares.append(room_shares)
        right.append(clear.argmax(axis=1) == labels)
    yield rooms
    yield by_quality(np.concatenate(shares), np.concatenate(right))


def by_quality(shares: NDArray[np.float64], right: NDArray[np.bool_]) -> Table:
    """Accuracy of the crops of all rooms, by what they were held to be worth."""
    table = Table("quality", "crops", "read rightly", title="All rooms together")
    bounds = (0.0, LEAST, 0.5, 0.7, 0.9, 1.01)
    for low, high in pairwise(bounds):
        held = (shares >= low) & (shares < high)
        if held.any():
            name = f"{low:.1f} to {min(high, 1):.1f}"
            table.add_row(name, str(held.sum()), f"{right[held].mean():.1%}")
    return table


def fitted(crop: Crops, wanted: CardInput) -> Crops:
    """The centre of FER2013's 48 px that the network takes."""
    edge = round((FER_PX - wanted.crop_of_48) / 2)
    centre = crop[edge : FER_PX - edge, edge : FER_PX - edge]
    size = (wanted.size_px, wanted.size_px)
    return np.ascontiguousarray(cv2.resize(centre, size, interpolation=cv2.INTER_AREA))
