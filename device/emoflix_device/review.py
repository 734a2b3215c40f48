"""A whole picture or video at once: what `emoflix analyze` reports."""

from collections.abc import Callable, Iterable
from typing import Final, Literal

import numpy as np
from msgspec import Struct

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Frame, Image, luma_of
from emoflix_device.config import MoodSettings
from emoflix_device.mood import Mood, MoodFilter
from emoflix_device.timeline import Stretch, shares, stretches
from emoflix_device.vision.look import Observer, ReadFace
from emoflix_device.vision.scene import Light, Motion

LOOKS_PER_S: Final = 12.0
"""Of a video as many frames are looked at; expressions change more slowly than that."""

OnFrame = Callable[[Image, tuple[ReadFace, ...], str], None]
"""Called with each frame, the faces last seen and the mood."""


class FaceReport(Struct, frozen=True):
    """One face: its box (left, top, width, height) and what it shows.

    Attributes:
        quality: how well it is seen, 0 to 1; 0 where it was too poor to be read. Then its
            expression is `unclear` and all probabilities are the same.
    """

    box_px: tuple[int, int, int, int]
    score: float
    quality: float
    expression: str
    probabilities: dict[str, float]


class PictureReport(Struct, frozen=True):
    """The faces of a picture, largest first."""

    width_px: int
    height_px: int
    light: Light
    faces: tuple[FaceReport, ...]
    kind: Literal["picture"] = "picture"


class Moment(Struct, frozen=True):
    """One look of a video: the mood after it, with the belief in each of the expressions."""

    time_s: float
    mood: str
    confidence: float
    people: int
    probabilities: tuple[float, ...]


class VideoReport(Struct, frozen=True):
    """The moods over a video, and the room in it.

    Attributes:
        motion: share of the picture that changed from one second to the next, over the last half
            minute of the video; None where it is shorter than that second.
        frames: how many the file has; `looks` of them were looked at.
        shares: of the whole time, for each mood that occurs.
        timeline: without gaps, from 0 to `duration_s`.
    """

    width_px: int
    height_px: int
    frames_per_s: float
    duration_s: float
    frames: int
    looks: int
    looks_with_faces: int
    motion: float | None
    shares: dict[str, float]
    timeline: list[Stretch]
    kind: Literal["video"] = "video"


def review_picture(image: Image, observer: Observer) -> tuple[PictureReport, tuple[ReadFace, ...]]:
    """Look once at uint8[h, w, 3] in BGR."""
    seen = observer.observe(Frame(luma_of(image), 0.0, 0))
    height, width = image.shape[:2]
    return PictureReport(width, height, seen.light, tuple(map(_report, seen.faces))), seen.faces


def _report(read: ReadFace) -> FaceReport:
    face = read.face
    return FaceReport(
        box_px=(round(face.x_px), round(face.y_px), round(face.width_px), round(face.height_px)),
        score=round(face.score, 4),
        quality=round(read.quality, 2),
        expression=EXPRESSIONS[int(read.probabilities.argmax())] if read.quality else "unclear",
        probabilities=dict(
            zip(EXPRESSIONS, np.round(read.probabilities, 4).astype(float).tolist(), strict=True)
        ),
    )


def review_video(
    images: Iterable[Image],
    frames_per_s: float,
    observer: Observer,
    *,
    on_frame: OnFrame = lambda *_: None,
) -> tuple[VideoReport, list[Moment]]:
    """Look at a video's frames (uint8[h, w, 3] in BGR) one after the other.

    The mood comes from the same filter as on the device, on the video's own clock.
    """
    settings = MoodSettings()
    mood = MoodFilter(
        memory_s=settings.memory_s,
        absence_s=settings.absence_s,
        prior=observer.model.card.prior,
    )
    stride = max(1, round(frames_per_s / LOOKS_PER_S))
    motion = Motion()
    moments: list[Moment] = []
    faces: tuple[ReadFace, ...] = ()
    frames = with_faces = height = width = 0
    for number, image in enumerate(images):
        if number % stride == 0:
            now_s = number / frames_per_s
            luma = luma_of(image)
            seen = observer.observe(Frame(luma, now_s, number))
            faces = seen.faces
            motion.update(luma, now_s, (read.face for read in faces))
            rows = np.array([read.probabilities for read in faces]).reshape(-1, len(EXPRESSIONS))
            moments.append(_moment(now_s, mood.update(rows, now_s, seen.weights)))
            with_faces += bool(faces)
        on_frame(image, faces, moments[-1].mood)
        frames = number + 1
        height, width = image.shape[:2]
    duration_s = frames / frames_per_s
    timeline = stretches(((moment.time_s, moment.mood) for moment in moments), duration_s)
    report = VideoReport(
        width_px=width,
        height_px=height,
        frames_per_s=frames_per_s,
        duration_s=duration_s,
        frames=frames,
        looks=len(moments),
        looks_with_faces=with_faces,
        motion=motion.share,
        shares=shares(timeline),
        timeline=timeline,
    )
    return report, moments


def _moment(now_s: float, mood: Mood) -> Moment:
    return Moment(
        time_s=round(now_s, 3),
        mood=mood.announced,
        confidence=round(mood.confidence, 4),
        people=mood.people,
        probabilities=tuple(np.round(mood.probabilities, 4).tolist()),
    )
