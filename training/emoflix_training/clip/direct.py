"""Casts the invented faces, films the script, and checks what came out."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from emoflix_training.classifiers import TfliteClassifier
from emoflix_training.errors import TrainingError
from emoflix_training.files import replacing
from emoflix_training.labels import FER_PX, LABELS
from emoflix_training.metrics import log_softmax

from . import stage
from .networks import EXPRESSIONS, LATENT
from .script import FRAMES_PER_S, Entry, condition_at, entry_at, frame_count, script
from .vae import equalised

AUDITIONS: Final = 1500
SMOOTH_SHARE: Final = 0.15
LATENT_SPREAD: Final = 0.7
"""Below 1: faces nearer to the middle of the latent space look less odd."""
LEAST_SURE: Final = -0.5
"""Log-probability of the scripted expression, at least; at temperature 1."""
STAGE_TIMES_S: Final = (1.0, 4.0, 7.0)
"""Moments in which the head is held differently."""
BOX_TO_FER: Final = 1.02
"""Side of FER2013's square by the width of a Haar box around the same face, measured."""
EDGE_S: Final = 0.7
"""Frames nearer than this to a change of expression are left out of the check."""


@dataclass(frozen=True)
class Check:
    """What was seen in the finished file; shares of frames, `as_scripted` away from changes."""

    frames: int
    bytes: int
    found: float
    found_by_nobody: float
    as_scripted: float
    by_expression: dict[str, float]


def cast(decoder: Any, network: TfliteClassifier, count: int, seed: int) -> NDArray[np.float32]:
    """Choose latents float32[count, 48] of faces that are found and read as the script wants.

    Many strangers are drawn from the prior. Those whose four expressions the network reads surely,
    and which have the least of the squiggles that a discriminator leaves in a face, come on the
    stage, the most regular first, until `count` are found by OpenCV's Haar cascade and still read
    as wanted.

    Raises:
        TrainingError: too few faces pass; train the decoder for longer.
    """
    generator = np.random.default_rng(seed)
    latents = LATENT_SPREAD * generator.standard_normal((AUDITIONS, LATENT)).astype(np.float32)
    conditions = np.eye(len(EXPRESSIONS))
    faces = np.stack([decode(decoder, latents, condition) for condition in conditions], axis=1)
    sure = [
        log_softmax(network.logits(_as_pixels(faces[:, i])))[:, LABELS.index(name)]
        for i, name in enumerate(EXPRESSIONS)
    ]
    squiggles, squiggles_by_edges = _squiggles(faces)
    candidates = (
        (np.min(sure, axis=0) > LEAST_SURE)
        & (squiggles < np.quantile(squiggles, SMOOTH_SHARE))
        & (squiggles_by_edges < np.quantile(squiggles_by_edges, SMOOTH_SHARE))
    )
    symmetry = _symmetry(faces)
    chosen: list[int] = []
    for i in sorted(np.flatnonzero(candidates), key=lambda i: -float(symmetry[i])):
        if _passes_on_stage(faces[i], network):
            chosen.append(int(i))
        if len(chosen) == count:
            return latents[chosen]
    raise TrainingError(
        f"only {len(chosen)} of {AUDITIONS} invented faces are found and read as scripted, "
        f"{count} are wanted; train the decoder for more epochs"
    )


def film(decoder: Any, cast_latents: NDArray[np.float32]) -> Iterator[NDArray[np.uint8]]:
    """Every frame of the clip, uint8[240, 320, 3], blue-green-red."""
    entries = script(len(cast_latents))
    for number in range(frame_count(entries)):
        time_s = number / FRAMES_PER_S
        entry = entry_at(entries, time_s)
        if entry.expression == "nobody":
            yield stage.empty()
        else:
            condition = np.array(condition_at(entries, time_s), np.float32)
            latent = cast_latents[entry.scene - 1][None]
            yield stage.frame(decode(decoder, latent, condition)[0], time_s, entry.scene)


def write(frames: Iterator[NDArray[np.uint8]], path: Path) -> None:
    """Write an MPEG-4 video, a codec that OpenCV's own wheel brings along."""
    cv2 = stage.opencv()
    with replacing(path) as temporary:
        size = (stage.WIDTH_PX, stage.HEIGHT_PX)
        codec = cv2.VideoWriter.fourcc(*"mp4v")
        video = cv2.VideoWriter(str(temporary), codec, FRAMES_PER_S, size)
        if not video.isOpened():
            raise TrainingError(f"{path}: OpenCV cannot write MPEG-4 here")
        for picture in frames:
            video.write(picture)
        video.release()


def write_script(path: Path, entries: list[Entry], clip: Path) -> None:
    """Write what the clip shows, and when, beside it."""
    with replacing(path) as temporary:
        text = msgspec.json.encode(
            {
                "clip": clip.name,
                "frames_per_s": FRAMES_PER_S,
                "faces": "invented by a conditional VAE; nobody",
                "scenes": [asdict(entry) for entry in entries],
            }
        )
        temporary.write_bytes(msgspec.json.format(text, indent=2) + b"\n")


def check(path: Path, entries: list[Entry], network: TfliteClassifier) -> Check:
    """Look at the finished file as the device would: Haar's box, then the network."""
    cv2 = stage.opencv()
    video = cv2.VideoCapture(str(path))
    detector = haar()
    shown = found = phantom = 0
    right: dict[str, list[bool]] = {name: [] for name in EXPRESSIONS}
    number = -1
    while (read := video.read())[0]:
        number += 1
        time_s = number / FRAMES_PER_S
        entry = entry_at(entries, time_s)
        crop = face_crop(detector, read[1])
        if entry.expression == "nobody":
            phantom += crop is not None
            continue
        shown += 1
        found += crop is not None
        if crop is not None and entry.start_s + EDGE_S < time_s < entry.end_s - EDGE_S:
            answer = LABELS[int(network.logits(crop[None])[0].argmax())]
            right[entry.expression].append(answer == entry.expression)
    video.release()
    judged = [hit for hits in right.values() for hit in hits]
    return Check(
        frames=number + 1,
        bytes=path.stat().st_size,
        found=found / max(1, shown),
        found_by_nobody=phantom / max(1, number + 1 - shown),
        as_scripted=float(np.mean(judged)) if judged else 0.0,
        by_expression={name: float(np.mean(hits or [False])) for name, hits in right.items()},
    )


def nearest(faces: NDArray[np.float32], pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far each invented face is from the picture (or mirror image) most like it.

    Args:
        faces: float32[n, 48, 48] in 0 to 1.
        pictures: uint8[m, 48, 48].

    Returns:
        float32[n], root mean square difference in grey levels, light equalised.
    """
    known = equalised(pictures).reshape(len(pictures), -1)
    invented = equalised(_as_pixels(faces))
    apart = [
        _distances(way.reshape(len(faces), -1), known).min(axis=1)
        for way in (invented, invented[:, :, ::-1])
    ]
    return np.asarray(255 * np.minimum(*apart), np.float32)


def nearest_to_each_other(pictures: NDArray[np.uint8]) -> float:
    """The median, over 400 pictures, of the distance to the other one most like it."""
    known = equalised(pictures).reshape(len(pictures), -1)
    sample = np.random.default_rng(0).permutation(len(known))[:400]
    apart = _distances(known[sample], known)
    apart[np.arange(len(sample)), sample] = np.inf
    return 255 * float(np.median(apart.min(axis=1)))


def decode(
    decoder: Any, latents: NDArray[np.float32], condition: NDArray[np.floating[Any]]
) -> NDArray[np.float32]:
    """Faces float32[n, 48, 48] in 0 to 1, all with one condition float[4]."""
    conditions = np.tile(condition.astype(np.float32), (len(latents), 1))
    return np.asarray(decoder([latents, conditions], training=False))[..., 0]


def haar() -> Any:
    cv2 = stage.opencv()
    return cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")


def face_crop(detector: Any, picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The largest face found, as FER2013 would have cut it: uint8[48, 48], or None."""
    cv2 = stage.opencv()
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    boxes = detector.detectMultiScale(grey, 1.1, 4, minSize=(60, 60))
    if not len(boxes):
        return None
    x, y, width, height = max(boxes, key=lambda box: int(box[2]))
    centre = (x + width / 2, y + height / 2)
    side = BOX_TO_FER * width
    scale = FER_PX / side
    cut = np.array(
        [
            [scale, 0, FER_PX / 2 - scale * centre[0]],
            [0, scale, FER_PX / 2 - scale * centre[1]],
        ]
    )
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.4 / scale) if scale < 1 else grey
    crop = cv2.warpAffine(smooth, cut, (FER_PX, FER_PX), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.uint8)


def _passes_on_stage(faces: NDArray[np.float32], network: TfliteClassifier) -> bool:
    """Whether each expression of one person, float32[4, 48, 48], is found and read as wanted."""
    detector = haar()
    for face, name in zip(faces, EXPRESSIONS, strict=True):
        for time_s in STAGE_TIMES_S:
            crop = face_crop(detector, stage.frame(face, time_s))
            if crop is None:
                return False
            if log_softmax(network.logits(crop[None]))[0, LABELS.index(name)] < LEAST_SURE:
                return False
    return True


def _symmetry(faces: NDArray[np.float32]) -> NDArray[np.float32]:
    """How like its mirror image each person is, at its worst expression: float32[n], at most 1."""
    centred = faces - faces.mean(axis=(-2, -1), keepdims=True)
    centred /= centred.std(axis=(-2, -1), keepdims=True) + 1e-6
    return np.asarray((centred * centred[..., ::-1]).mean(axis=(2, 3)).min(axis=1))


def _squiggles(faces: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Each person's curvature of grey at its worst, and the same by the strength of its edges."""
    inner = faces[..., 1:-1, 1:-1]
    beside = faces[..., :-2, 1:-1] + faces[..., 2:, 1:-1] + faces[..., 1:-1, :-2]
    curvature = np.abs(4 * inner - beside - faces[..., 1:-1, 2:]).mean(axis=(2, 3)).max(axis=1)
    edges = np.abs(np.diff(faces, axis=-1)).mean(axis=(1, 2, 3))
    return curvature, np.asarray(curvature / edges)


def _as_pixels(faces: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * np.clip(faces, 0, 1)), np.uint8)


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Root mean square differences float32[len(a), len(b)] of flat pictures."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0) / a.shape[1]), np.float32)
