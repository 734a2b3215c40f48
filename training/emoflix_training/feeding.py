"""What a network is fed in an epoch: augmented crops, and what it should answer about them."""

import queue
import threading
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .augment import augment
from .labels import LABELS
from .prepared import Faces
from .recipe import Recipe

PREFETCHED_BATCHES: Final = 8

Targets = dict[str, NDArray[np.float32]]
"""What the two heads should answer, each row summing to 1: `logits` float32[n, 7], `votes`
float32[n, 10] (a row of zeros where nobody voted, which weighs nothing in the cross-entropy)."""

Batch = tuple[NDArray[np.float32], Targets]
"""Crops float32[b, px, px, 1] and what the network should answer about them."""


def soft_targets(
    faces: Faces, recipe: Recipe, teacher: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """What the network should answer: float32[n, 7], rows summing to 1.

    The label, smoothed (Szegedy et al. 2015, https://arxiv.org/abs/1512.00567), mixed with the
    share of the teachers' answer (`distil.py`) where there are teachers.
    """
    label = np.eye(len(LABELS), dtype=np.float32)[faces.labels]
    smooth = (1 - recipe.label_smoothing) * label + recipe.label_smoothing / len(LABELS)
    if recipe.distillation is None or teacher is None:
        return smooth
    share = recipe.distillation.share
    return np.asarray((1 - share) * smooth + share * teacher, np.float32)


def votes(faces: Faces) -> NDArray[np.float32]:
    """The shares of FER+'s voters: float32[n, 10], a row of zeros where nobody voted."""
    counts = faces.votes.astype(np.float32)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def batches(faces: Faces, targets: Targets, recipe: Recipe, epoch: int) -> Iterator[Batch]:
    generator = np.random.default_rng((recipe.seed, epoch))
    order = generator.permutation(len(faces))
    for start in range(0, len(order), recipe.batch):
        rows = order[start : start + recipe.batch]
        crops = augment(faces.images[rows], recipe.crop_of_48, recipe.augmentation, generator)
        yield crops, {head: wanted[rows] for head, wanted in targets.items()}


def ahead(items: Iterator[Batch]) -> Iterator[Batch]:
    """Prepare the next batches in a thread while the network is busy with this one."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(PREFETCHED_BATCHES)
    stopped = threading.Event()

    def fill() -> None:
        try:
            for item in items:
                while not stopped.is_set():
                    try:
                        ready.put(item, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stopped.is_set():
                    return
            ready.put(None)
        except BaseException as error:  # noqa: BLE001  handed to the loop, which raises it
            ready.put(error)

    thread = threading.Thread(target=fill, name="augmentation", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
