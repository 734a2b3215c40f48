"""The loop: the one owner of mood, evening and household.

Frames and commands wait elsewhere (the newest frame in the capture, commands in the link's queue)
and ring a bell; each beat of the loop takes the newest frame, then the waiting commands. Nothing
else touches the state, so nothing is locked.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from emoflix_catalog.recommend import Viewer, mood_of
from emoflix_device.camera.capture import Capture
from emoflix_device.clock import Clock
from emoflix_device.config import Settings
from emoflix_device.errors import StateError
from emoflix_device.evening import Evening
from emoflix_device.health import RunningMean, resident_mb, temperature_c
from emoflix_device.household import HouseholdStore, Preferences
from emoflix_device.mood import Mood, MoodFilter
from emoflix_device.mqtt.commands import AnsweredRequests, Command
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import (
    CameraBack,
    CameraLost,
    CameraRequest,
    CameraResult,
    CameraState,
    ConsentRequest,
    ConsentResult,
    HealthMessage,
    InfoMessage,
    Light,
    MoodChanged,
    PreferencesRequest,
    PreferencesResult,
    RecommendationsMessage,
    RecommendRequest,
    Reply,
    Request,
    SettingsMessage,
)
from emoflix_device.recommender import Recommender
from emoflix_device.translate import mood_message, mood_reading, recommended_event, slate_message
from emoflix_device.vision.look import Observation, Observer

_LOG = logging.getLogger(__name__)

BEAT_S: Final = 0.25
"""The loop turns at least so often, also when nothing comes."""

BLIND_S: Final = 1.0
"""So long without a look, and the room is taken as empty."""

HEALTH_EVERY_S: Final = 60.0

TOLD_AGAIN_S: Final = 1.0
"""A mood that keeps its name is told again at most so often, ..."""

MOVED: Final = 0.1
"""... when its confidence has moved by so much, or the number of people or the light changed."""

PROFILE: Final = "household"
"""The one profile there is so far."""

_NO_FACES: Final = np.zeros((0, 7), np.float32)


class _Camera(NamedTuple):
    """What is told of the camera."""

    state: CameraState
    fault: str | None = None


class Daemon:
    """Owns the state; `run` turns the loop, `beat` is one turn of it."""

    def __init__(
        self,
        *,
        settings: Settings,
        capture: Capture,
        observer: Observer,
        recommender: Recommender,
        household: HouseholdStore,
        link: Link,
        info: InfoMessage,
        bell: threading.Event,
        alive: Callable[[], None],
        clock: Clock | None = None,
    ) -> None:
        """Take the parts over; nothing is started yet.

        Args:
            settings: of the whole program.
            capture: where frames come from.
            observer: what one frame shows.
            recommender: makes slates.
            household: what the people said.
            link: to the broker.
            info: what this device says of itself.
            bell: rung by capture and link when something waits.
            alive: called at each beat, to feed a watchdog.
            clock: the time; the real one where not given.
        """
        self._capture = capture
        self._observer = observer
        self._recommender = recommender
        self._household = household
        self._link = link
        self._info = info
        self._bell = bell
        self._alive = alive
        self._clock = clock or Clock()
        self._slate_expires_s = settings.recommender.slate_expires_s
        self._default_preferences = Preferences(languages=settings.recommender.languages)
        self._filter = MoodFilter(
            memory_s=settings.mood.memory_s, absence_s=settings.mood.absence_s
        )
        self._evening = Evening(
            settled_mood_s=settings.recommender.settled_mood_s,
            absence_s=settings.recommender.absence_s,
        )
        self._answered = AnsweredRequests()
        self._started_s = self._looked_s = self._mood_told_s = self._clock.steady_s()
        self._health_told_s = -HEALTH_EVERY_S
        self._mood = self._told = self._filter.update(_NO_FACES, self._started_s)
        self._light: Light | None = None
        self._camera = _Camera("off")
        self._looks = 0
        self._face_ms, self._expression_ms, self._lag_ms = (RunningMean() for _ in range(3))

    def run(self, stop: threading.Event) -> None:
        """Turn the loop until `stop` is set; whoever sets it rings the bell."""
        self.start()
        try:
            while not stop.is_set():
                self._bell.wait(BEAT_S)
                self._bell.clear()
                self.beat()
        finally:
            self.close()

    def start(self) -> None:
        """Publish what is known and open the camera, if the people allow it."""
        self._link.publish("info", self._info)
        self._tell_settings()
        self._follow_switches()
        self._link.start()

    def close(self) -> None:
        """Close the camera, say `offline`, close the store."""
        self._capture.stop()
        self._link.stop()
        self._household.close()

    def beat(self) -> None:
        """Take the newest frame, then the waiting commands, then see what follows."""
        self._follow_camera()
        self._look()
        while (command := self._link.take_command()) is not None:
            self._link.reply(command, self._answer(command))
        if self._evening.occasion(self._mood, self._clock.steady_s()) is not None:
            self._offer_slate(self._preferences().viewer(), self._mood)
        if self._clock.steady_s() - self._health_told_s >= HEALTH_EVERY_S:
            self._tell_health()
        self._alive()

    # What is seen

    def _look(self) -> None:
        frame = self._capture.take()
        if frame is not None:
            self._lag_ms.add((self._clock.steady_s() - frame.taken_at_s) * 1000)
            self._take_in(self._observer.observe(frame))
        elif self._clock.steady_s() - self._looked_s >= BLIND_S:
            self._mood = self._filter.update(_NO_FACES, self._clock.steady_s())
        if self._mood_is_news():
            self._tell_mood()

    def _take_in(self, seen: Observation) -> None:
        probabilities = [face.probabilities for face in seen.faces]
        self._mood = self._filter.update(
            np.stack(probabilities) if probabilities else _NO_FACES, seen.taken_at_s
        )
        self._light = seen.light
        self._looked_s = seen.taken_at_s
        self._looks += 1
        self._face_ms.add(seen.detect_ms)
        if probabilities:
            self._expression_ms.add(seen.expression_ms)

    def _mood_is_news(self) -> bool:
        mood, told = self._mood, self._told
        if mood.announced != told.announced:
            return True
        moved = abs(mood.confidence - told.confidence) >= MOVED or mood.people != told.people
        return moved and self._clock.steady_s() - self._mood_told_s >= TOLD_AGAIN_S

    def _tell_mood(self) -> None:
        told, self._told = self._told, self._mood
        self._mood_told_s = self._clock.steady_s()
        self._link.publish("mood", mood_message(self._mood, self._light, self._clock))
        if self._mood.announced != told.announced:
            _LOG.info("mood: %s (%.2f)", self._mood.announced, self._mood.confidence)
            self._link.publish(
                "event",
                MoodChanged(
                    at=self._clock.wall(),
                    mood=self._mood.announced,
                    previous=told.announced,
                    confidence=round(self._mood.confidence, 3),
                ),
            )

    # The camera and its switches

    def _follow_switches(self) -> None:
        """Open or close the camera itself, as consent and the switch say."""
        if self._household.consent_given and self._household.camera_wanted:
            self._capture.start()
        else:
            self._capture.stop()
            self._mood = self._filter.reset(self._clock.steady_s())
            self._light = None
        self._tell_mood()
        self._follow_camera()

    def _follow_camera(self) -> None:
        camera, before = self._camera_now(), self._camera
        if camera == before:
            return
        self._camera = camera
        self._tell_settings()
        if camera.state == "lost" and before.state != "lost":
            _LOG.warning("camera lost: %s", camera.fault)
            self._link.publish("event", CameraLost(at=self._clock.wall(), fault=camera.fault or ""))
        elif (before.state, camera.state) == ("lost", "on"):
            _LOG.info("camera back")
            self._link.publish("event", CameraBack(at=self._clock.wall()))

    def _camera_now(self) -> _Camera:
        if not self._household.consent_given:
            return _Camera("no consent")
        if not self._household.camera_wanted:
            return _Camera("off")
        if self._capture.status == "on":
            return _Camera("on")
        return _Camera("lost", self._capture.fault or "no frames arrive")

    # Slates

    def _preferences(self) -> Preferences:
        return self._household.preferences(PROFILE) or self._default_preferences

    def _offer_slate(
        self, viewer: Viewer, mood: Mood, *, count: int | None = None, told: str | None = None
    ) -> RecommendationsMessage:
        """Make the room's slate and publish it; `told` is a mood named by a person."""
        slate = self._recommender.slate(
            viewer,
            mood_reading(mood) if told is None else mood_of(told),
            at=self._clock.wall(),
            people=mood.people,
            light=self._light,
            count=count,
        )
        message = slate_message(slate)
        self._evening.slate_made(mood, self._clock.steady_s())
        self._link.publish("recommendations", message, expires_s=self._slate_expires_s)
        self._link.publish("event", recommended_event(slate, mood))
        self._tell_settings()
        return message

    # Answers

    def _answer(self, command: Command) -> Reply[Any]:
        known = self._answered.find(command)
        if known is not None:
            return known
        try:
            reply = command.done(self._handlers[type(command.request)](self, command.request))
        except StateError as error:
            _LOG.error("%s: %s", command.name, error)
            reply = command.refused("payload", f"it cannot be kept: {error}")
        self._answered.remember(command, reply)
        return reply

    def _recommend(self, request: RecommendRequest) -> RecommendationsMessage:
        wanted = {
            name: value
            for name in ("languages", "actors", "max_runtime_min", "lift")
            if (value := getattr(request, name)) is not None
        }
        viewer = msgspec.structs.replace(self._preferences().viewer(), **wanted)
        return self._offer_slate(viewer, self._mood, count=request.count, told=request.mood)

    def _consent(self, request: ConsentRequest) -> ConsentResult:
        if request.consent == "give":
            self._household.give_consent(self._clock.wall())
        else:
            self._household.withdraw_consent(self._clock.wall())
        self._follow_switches()
        return ConsentResult(given=self._household.consent_given)

    def _switch_camera(self, request: CameraRequest) -> CameraResult:
        self._household.switch_camera(on=request.camera == "ON")
        self._follow_switches()
        return CameraResult(camera=self._camera.state)

    def _prefer(self, request: PreferencesRequest) -> PreferencesResult:
        changes = {
            name: value
            for name, value in msgspec.structs.asdict(request).items()
            if name != "request" and value is not msgspec.UNSET
        }
        preferences = msgspec.structs.replace(self._preferences(), **changes)
        if changes:
            self._household.save_preferences(PROFILE, preferences)
            self._tell_settings()
        return PreferencesResult(**msgspec.structs.asdict(preferences))

    _handlers: Final[Mapping[type[Request], Callable[[Any, Any], msgspec.Struct]]] = {
        RecommendRequest: _recommend,
        ConsentRequest: _consent,
        CameraRequest: _switch_camera,
        PreferencesRequest: _prefer,
    }

    # What else is told

    def _tell_settings(self) -> None:
        preferences = self._preferences()
        self._link.publish(
            "settings",
            SettingsMessage(
                camera=self._camera.state,
                camera_fault=self._camera.fault,
                evening=self._evening.state,
                languages=preferences.languages,
                lift=preferences.lift,
            ),
        )

    def _tell_health(self) -> None:
        now_s = self._clock.steady_s()
        counts = self._capture.counts
        self._link.publish(
            "health",
            HealthMessage(
                frames_in=counts.frames,
                frames_processed=self._looks,
                frames_dropped=counts.dropped,
                frames_per_s=round(self._looks / max(now_s - self._started_s, 1.0), 2),
                face_ms=self._face_ms.value,
                expression_ms=self._expression_ms.value,
                loop_lag_ms=self._lag_ms.value,
                memory_mb=round(resident_mb(), 1),
                temperature_c=temperature_c(),
                uptime_s=round(now_s - self._started_s, 1),
                broker_reconnects=self._link.counts.reconnects,
                camera_restarts=counts.restarts,
            ),
        )
        self._health_told_s = now_s
