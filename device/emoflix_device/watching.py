"""What is seen of the room: the camera and its switches, looks, and the mood they add up to."""

import datetime as dt
import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.capture import Capture
from emoflix_device.camera.rate import Rate
from emoflix_device.clock import Clock
from emoflix_device.config import MoodSettings
from emoflix_device.health import RunningMean
from emoflix_device.household import HouseholdStore
from emoflix_device.mood import MoodFilter
from emoflix_device.mood.calibration import Calibration
from emoflix_device.mqtt.messages import CameraBack, CameraLost, CameraState, MoodChanged
from emoflix_device.telling import Tell
from emoflix_device.translate import mood_message
from emoflix_device.vision.expression import probabilities
from emoflix_device.vision.look import Observation, Observer
from emoflix_device.vision.scene import Motion, RoomLight, Scene

_LOG = logging.getLogger(__name__)

BLIND_S: Final = 1.0
"""So long without a look, or twice as long as is left between two, and nobody is seen any more."""

TOLD_AGAIN_S: Final = 1.0
"""A mood that keeps its name is told again at most so often, ..."""

MOVED: Final = 0.1
"""... when its confidence has moved by so much, or the number of people changed, ..."""

STIRRED: Final = 0.03
"""... or the motion in the room has moved by so much, or the light changed, ..."""

SET_ANEW: Final = dt.timedelta(seconds=2)
"""... or the wall's clock by so much, and with it when the mood began: a time server was found."""

RECENT_S: Final = 5.0
"""Who says what their face shows means what it showed in the last so many seconds."""

_NO_FACES: Final = np.zeros((0, 7), np.float32)


class Camera(NamedTuple):
    """What is told of the camera."""

    state: CameraState
    fault: str | None = None


class _Alone(NamedTuple):
    """A look at one face that nobody else was seen beside."""

    taken_at_s: float
    track: int | None
    logits: NDArray[np.float32]


class Watching:
    """Owns the camera and the mood; belongs to the loop."""

    def __init__(
        self,
        *,
        settings: MoodSettings,
        capture: Capture,
        rate: Rate,
        observer: Observer,
        household: HouseholdStore,
        calibration: Callable[[], Calibration],
        tell: Tell,
        clock: Clock,
    ) -> None:
        """Look at nothing yet.

        Args:
            settings: how looks become a mood.
            capture: where frames come from.
            rate: how often they are looked at.
            observer: what one frame shows.
            household: keeps the consent and the camera's switch.
            calibration: of whoever watches; it holds for a face that is seen alone.
            tell: for the mood and what happens to the camera.
            clock: the time.
        """
        self._capture = capture
        self._rate = rate
        self._observer = observer
        self._household = household
        self._calibration = calibration
        self._tell = tell
        self._clock = clock
        self.new_filter = partial(
            MoodFilter,
            memory_s=settings.memory_s,
            absence_s=settings.absence_s,
            prior=observer.model.card.prior,
        )
        self._filter = self.new_filter()
        self._looked_s = self._told_s = clock.steady_s()
        self.mood = self._told = self._filter.update(_NO_FACES, self._looked_s)
        self._light, self._motion = RoomLight(), Motion()
        self._since_told = clock.wall_at(self.mood.since_s)
        self.scene = self._scene_told = Scene()
        self.camera = Camera("off")
        self._alone: deque[_Alone] = deque()
        self.looks = 0
        self.face_ms, self.expression_ms, self.lag_ms = (RunningMean() for _ in range(3))

    def follow_switches(self) -> None:
        """Open or close the camera itself, as consent and the switch say."""
        if self._household.consent_given and self._household.camera_wanted:
            self._capture.start()
        else:
            self._capture.stop()
            self._observer.forget()
            self.mood = self._filter.reset(self._clock.steady_s())
            self._light, self._motion, self.scene = RoomLight(), Motion(), Scene()
            self._alone.clear()
        self._tell_mood()
        self.follow_camera()

    def look(self) -> Observation | None:
        """Take the newest frame in, where one waits."""
        self.follow_camera()
        seen = None
        frame = self._capture.take()
        if frame is not None:
            self.lag_ms.add((self._clock.steady_s() - frame.taken_at_s) * 1000)
            seen = self._observer.observe(frame)
            self._take_in(seen)
            self._motion.update(frame.luma, seen.taken_at_s, (read.face for read in seen.faces))
            self._light.update(seen.brightness, seen.taken_at_s)
            self.scene = Scene(self._light.light, self._motion.share, self._motion.restless)
        elif self._clock.steady_s() - self._looked_s >= max(BLIND_S, 2 * self._capture.period_s):
            self.mood = self._filter.update(_NO_FACES, self._clock.steady_s())
        if self._mood_is_news():
            self._tell_mood()
        return seen

    def hurry(self, for_s: float) -> None:
        """From the next frame on and for so long, look as often as the settings want."""
        self._capture.period_s = self._rate.hurry(self._clock.steady_s(), for_s)

    def follow_camera(self) -> None:
        """Notice what became of the camera, and tell of a loss and a return."""
        camera, before = self.camera_now(), self.camera
        self.camera = camera
        if camera.state == "lost" and before.state != "lost":
            _LOG.warning("camera lost: %s", camera.fault)
            self._tell("event", CameraLost(at=self._clock.wall(), fault=camera.fault or ""))
        elif (before.state, camera.state) == ("lost", "on"):
            _LOG.info("camera back")
            self._tell("event", CameraBack(at=self._clock.wall()))

    def camera_now(self) -> Camera:
        """By the switches as they stand; one that is about to open counts as on."""
        if not self._household.consent_given:
            return Camera("no consent")
        if not self._household.camera_wanted:
            return Camera("off")
        if self._capture.status in {"on", "off"}:
            return Camera("on")
        return Camera("lost", self._capture.fault or "no frames arrive")

    def shown_lately(self) -> NDArray[np.float32] | None:
        """Logits float32[7] of the one face that was seen alone, as a mean; None without one."""
        since_s = self._clock.steady_s() - RECENT_S
        recent = [look.logits for look in self._alone if look.taken_at_s >= since_s]
        return np.mean(recent, axis=0) if recent else None

    def close(self) -> None:
        """Close the camera."""
        self._capture.stop()

    def _take_in(self, seen: Observation) -> None:
        self.mood = self._filter.update(self.read(seen), seen.taken_at_s, seen.weights)
        self._capture.period_s = self._rate.looked(
            seen.taken_at_s, people=len(seen.faces), spent_s=time.process_time()
        )
        self._remember(seen)
        self._looked_s = seen.taken_at_s
        self.looks += 1
        self.face_ms.add(seen.detect_ms)
        if seen.faces:
            self.expression_ms.add(seen.expression_ms)

    def read(self, seen: Observation) -> NDArray[np.float32]:
        """Probabilities float32[n, 7] of the faces, as those who watch taught them to be read."""
        if not seen.faces:
            return _NO_FACES
        calibration = self._calibration()
        if len(seen.faces) > 1 or not seen.faces[0].quality or not calibration.corrections:
            return np.stack([face.probabilities for face in seen.faces])
        logits = calibration.corrected(seen.faces[0].logits)
        return probabilities(logits[None], self._observer.model.card.temperature)

    def _remember(self, seen: Observation) -> None:
        """What a face showed that was alone; several cannot be told apart."""
        alone = self._alone
        while alone and seen.taken_at_s - alone[0].taken_at_s > RECENT_S:
            alone.popleft()
        if len(seen.faces) > 1:
            alone.clear()
        elif seen.faces and seen.faces[0].quality > 0:
            (read,) = seen.faces
            if alone and alone[-1].track != read.face.track:
                alone.clear()  # one may have gone and another come
            alone.append(_Alone(seen.taken_at_s, read.face.track, read.logits))

    def _mood_is_news(self) -> bool:
        mood, told = self.mood, self._told
        if mood.announced != told.announced:
            return True
        if self._clock.steady_s() - self._told_s < TOLD_AGAIN_S:
            return False
        moved = abs(mood.confidence - told.confidence) >= MOVED or mood.people != told.people
        return moved or self._scene_is_news() or self._clock_is_news()

    def _scene_is_news(self) -> bool:
        scene, told = self.scene, self._scene_told
        stirred = abs((scene.motion or 0.0) - (told.motion or 0.0)) >= STIRRED
        return stirred or (scene.light, scene.restless) != (told.light, told.restless)

    def _clock_is_news(self) -> bool:
        return abs(self._clock.wall_at(self._told.since_s) - self._since_told) >= SET_ANEW

    def _tell_mood(self) -> None:
        told, self._told = self._told, self.mood
        self._scene_told, self._since_told = self.scene, self._clock.wall_at(self.mood.since_s)
        self._told_s = self._clock.steady_s()
        self._tell("mood", mood_message(self.mood, self.scene, self._clock))
        if self.mood.announced != told.announced:
            _LOG.info("mood: %s (%.2f)", self.mood.announced, self.mood.confidence)
            self._tell(
                "event",
                MoodChanged(
                    at=self._clock.wall(),
                    mood=self.mood.announced,
                    previous=told.announced,
                    confidence=round(self.mood.confidence, 3),
                ),
            )
