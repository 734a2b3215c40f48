"""The filter on what the network reads in a real face."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Frame
from emoflix_device.config import MoodSettings, VisionSettings
from emoflix_device.mood import MoodFilter
from emoflix_device.run import DETECT_EVERY
from emoflix_device.vision.look import open_observer

LOOKS_PER_S = 5


@pytest.mark.parametrize("detector", ["haar", "yunet"])
def test_a_smile_is_announced_within_one_and_a_half_seconds_at_five_looks_a_second(
    detector: str, shared: Path, yunet_file: Path
) -> None:
    video = cv2.VideoCapture(str(shared / "data" / "video" / "neutral_to_smile.mp4"))
    read = [video.read()[1] for _ in range(72)]
    video.release()
    stride = 30 // LOOKS_PER_S
    images = [np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)) for image in read[::stride]]
    settings = VisionSettings(yunet_model=yunet_file if detector == "yunet" else None)
    observer = open_observer(settings, detect_every=DETECT_EVERY)
    faces = [observer.observe(Frame(image, 0.0, 0)).faces[0].probabilities for image in images]
    mood_filter = MoodFilter(
        memory_s=MoodSettings().memory_s, absence_s=3.0, prior=observer.model.card.prior
    )
    # She looks neutral for ten seconds before the video, and goes on smiling after it.
    smiles_from = announced_at = None
    for look, shares in enumerate([faces[0]] * 50 + faces + [faces[-1]] * 10):
        announced = mood_filter.update(shares[None], look / LOOKS_PER_S).announced
        if smiles_from is None and EXPRESSIONS[shares.argmax()] == "happy":
            smiles_from = look
        if announced_at is None and announced == "happy":
            announced_at = look
    assert smiles_from is not None
    assert announced_at is not None
    assert 0 <= (announced_at - smiles_from) / LOOKS_PER_S <= 1.5
