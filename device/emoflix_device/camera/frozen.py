"""A camera that hangs may give the same picture for ever, on time and without an error."""

from typing import Final

import numpy as np

from emoflix_device.camera.frame import Frame, Image
from emoflix_device.camera.source import Source
from emoflix_device.errors import CameraError

FROZEN_S: Final = 10.0
"""Two pictures of a live sensor are never the same: there is noise in each."""

_STEP_PX: Final = 8
"""Every eighth pixel of every eighth row is compared."""


class Unfrozen:
    """A live source that says so when its picture no longer changes.

    A picture that is the same grey all over is left alone: a dark room, or a covered lens.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: Image | None = None
        self._changed_s = 0.0

    @property
    def period_s(self) -> float:
        return self._source.period_s

    def read(self) -> Frame:
        frame = self._source.read()
        sampled = frame.luma[::_STEP_PX, ::_STEP_PX]
        plain = sampled.size == 0 or bool((sampled == sampled.flat[0]).all())
        if plain or self._last is None or not np.array_equal(sampled, self._last):
            self._last, self._changed_s = sampled.copy(), frame.taken_at_s
        elif frame.taken_at_s - self._changed_s >= FROZEN_S:
            raise CameraError(
                f"{self.describe()}: the same picture for {FROZEN_S:g} s; the camera hangs"
            )
        return frame

    def skip(self) -> None:
        self._source.skip()

    def close(self) -> None:
        self._source.close()

    def describe(self) -> str:
        return self._source.describe()
