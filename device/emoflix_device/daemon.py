"""The loop: the one owner of mood, evening and household.

Frames and commands wait elsewhere (the newest frame in the capture, commands in the link's inbox)
and ring a bell; each beat of the loop takes the newest frame, then the waiting commands. Nothing
else touches the state, so nothing is locked.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from emoflix_catalog.features.look import Look, describe
from emoflix_device.answering import Answering
from emoflix_device.camera.capture import Capture
from emoflix_device.camera.frame import Image
from emoflix_device.camera.rate import Rate
from emoflix_device.clock import Clock
from emoflix_device.config import Settings
from emoflix_device.errors import StateError
from emoflix_device.evening import Evening
from emoflix_device.fresh import Looking
from emoflix_device.handlers import Desk
from emoflix_device.health import resident_mb, temperature_c
from emoflix_device.household import HouseholdStore, Preferences
from emoflix_device.mqtt.link import Link
from emoflix_device.mqtt.messages import HealthMessage, HowWasIt, InfoMessage, SettingsMessage
from emoflix_device.mqtt.topics import TopicName
from emoflix_device.offering import Offering
from emoflix_device.people import People
from emoflix_device.picture import PictureReader
from emoflix_device.playing import Player
from emoflix_device.recommender import Recommender
from emoflix_device.shelf import Shelf
from emoflix_device.translate import mood_reading
from emoflix_device.vision.look import Observer
from emoflix_device.watching import Watching
from emoflix_device.worker import Worker

BEAT_S: Final = 0.25
"""The loop turns at least so often, also when nothing comes."""

HEALTH_EVERY_S: Final = 60.0

SWEEP_EVERY_S: Final = 86_400.0

MODEL_LETTERS: Final = 12
"""Of its checksum: what names an expression model."""

_LOG = logging.getLogger(__name__)


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
        player: Player | None = None,
        open_observer: Callable[[], Observer],
        look_of: Callable[[Image], Look] = describe,
        report: Callable[[Struct], None] = lambda _message: None,
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
            player: has films and a screen to play them on, where there is one.
            open_observer: loads another observer, for pictures that people send.
            look_of: tells how such a picture looks.
            report: is told what the device is, how it stands and how it fares.
            clock: the time; the real one where not given.
        """
        clock = clock or Clock()
        asked = settings.recommender
        self._capture = capture
        self._household = household
        self._link = link
        self._info = info
        self._bell = bell
        self._alive = alive
        self._report = report
        self._clock = clock
        self._people = People(
            household,
            Preferences(languages=asked.languages),
            observer.model.card.sha256[:MODEL_LETTERS],
        )
        self._watching = Watching(
            settings=settings.mood,
            capture=capture,
            rate=Rate(
                most_per_s=settings.camera.frames_per_s, cpu_percent=settings.vision.cpu_percent
            ),
            observer=observer,
            household=household,
            calibration=lambda: self._people.calibration(self._people.current),
            tell=link.publish,
            clock=clock,
        )
        self._looking = Looking(
            new_filter=self._watching.new_filter,
            read=self._watching.read,
            hurry=self._watching.hurry,
            tell=link.publish,
            clock=clock,
        )
        self._evening = Evening(
            settled_mood_s=asked.settled_mood_s,
            absence_s=asked.absence_s,
            lingering_s=settings.mood.absence_s,
        )
        worker = Worker(on_done=bell.set)
        self._offering = Offering(
            recommender=recommender,
            household=household,
            people=self._people,
            watching=self._watching,
            evening=self._evening,
            shelf=Shelf(player, worker),
            tell=link.publish,
            clock=clock,
            expires_s=asked.slate_expires_s,
        )
        self._answering = Answering(
            link,
            Desk(
                household=household,
                people=self._people,
                watching=self._watching,
                looking=self._looking,
                offering=self._offering,
                recommender=recommender,
                evening=self._evening,
                player=player,
                pictures=PictureReader(open_observer, look_of),
                worker=worker,
                tell=link.publish,
                clock=clock,
            ),
        )
        self._told: SettingsMessage | None = None
        self._started_s = clock.steady_s()
        self._health_told_s = -HEALTH_EVERY_S
        self._swept_s = -SWEEP_EVERY_S

    def run(self, ended: Callable[[], bool]) -> None:
        """Turn the loop until it has `ended`; that is asked at each turn."""
        self.start()
        try:
            while not ended():
                self._bell.wait(BEAT_S)
                self._bell.clear()
                self.beat()
        finally:
            self.close()

    def start(self) -> None:
        """Publish what is known and open the camera, if the people allow it."""
        self._tell("info", self._info)
        self._watching.follow_switches()
        self._tell_settings()
        self._link.start()

    def close(self) -> None:
        """Close the camera, say `offline`, close the store."""
        self._watching.close()
        self._link.stop()
        self._household.close()

    def beat(self) -> None:
        """Take the newest frame, then the waiting commands, then see what follows."""
        self._looking.follow(self._watching.look())
        self._answering.answer_all()
        self._offering.follow()
        self._follow_evening()
        self._tell_settings()
        now_s = self._clock.steady_s()
        if now_s - self._health_told_s >= HEALTH_EVERY_S:
            self._tell_health()
        if now_s - self._swept_s >= SWEEP_EVERY_S:
            self._sweep()
        self._alive()

    def _follow_evening(self) -> None:
        before, mood = self._evening.state, self._watching.mood
        occasion = self._evening.occasion(mood, self._clock.steady_s())
        if occasion is not None:
            self._offering.offer(mood_reading(mood), occasion=occasion)
        film = self._evening.film
        if film is not None and (before, self._evening.state) == ("playing", "afterwards"):
            over = HowWasIt(at=self._clock.wall(), film=film.id, title=film.title)
            self._link.publish("event", over)

    def _sweep(self) -> None:
        """Delete what was kept long enough."""
        self._swept_s = self._clock.steady_s()
        try:
            self._household.sweep(self._clock.wall())
        except StateError as error:
            _LOG.warning("what was kept long enough is not deleted: %s", error)

    def _tell_settings(self) -> None:
        """Where they are not as they were told last."""
        profile, camera = self._people.selected, self._watching.camera
        film = self._evening.film
        preferences = self._people.preferences(self._people.current)
        settings = SettingsMessage(
            camera=camera.state,
            camera_fault=camera.fault,
            evening=self._evening.state,
            film=None if film is None else film.id,
            film_title=None if film is None else film.title,
            profile=profile,
            languages=preferences.languages,
            lift=preferences.lift,
        )
        if settings != self._told:
            self._tell("settings", settings)
            self._told = settings

    def _tell_health(self) -> None:
        now_s = self._clock.steady_s()
        counts = self._capture.counts
        self._tell(
            "health",
            HealthMessage(
                frames_in=counts.frames,
                frames_processed=self._watching.looks,
                frames_dropped=counts.dropped,
                frames_per_s=round(self._watching.looks / max(now_s - self._started_s, 1.0), 2),
                face_ms=self._watching.face_ms.value,
                expression_ms=self._watching.expression_ms.value,
                loop_lag_ms=self._watching.lag_ms.value,
                memory_mb=round(resident_mb(), 1),
                temperature_c=temperature_c(),
                uptime_s=round(now_s - self._started_s, 1),
                broker_reconnects=self._link.counts.reconnects,
                camera_restarts=counts.restarts,
            ),
        )
        self._health_told_s = now_s

    def _tell(self, name: TopicName, message: Struct) -> None:
        """Say it to the broker, and to those on this box who look after it."""
        self._link.publish(name, message)
        self._report(message)
