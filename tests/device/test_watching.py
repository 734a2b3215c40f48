"""The camera's part of the loop: what is seen, and what people teach of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.camera.frame import Frame
from emoflix_device.camera.source import open_source
from emoflix_device.config import CameraSettings, VisionSettings
from emoflix_device.fresh import LOOK_S
from emoflix_device.household import HouseholdStore
from emoflix_device.vision.look import open_observer
from emoflix_device.vision.track import TrackingDetector
from tests.device.box import EVENING, Box
from tests.device.seen import HAPPY, a_face, seen

SAD = EXPRESSIONS.index("sad")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """With consent, before the bundled clip, in real time."""
    with HouseholdStore(tmp_path / "household.db") as store:
        store.give_consent(EVENING)
    clip = CameraSettings(source="clip", loop=True)
    with Box(tmp_path, open_camera=lambda: open_source(clip), runs=True) as opened:
        yield opened


def test_a_fresh_look_guides_and_then_shows_a_slate(box: Box) -> None:
    box.turn_until(lambda: box.daemon._watching.mood.people > 0)
    slate = box.done("recommend", {"fresh": True, "count": 3})
    assert len(slate["films"]) == 3
    hints = box.events("guide")
    assert len(hints) >= 4
    assert {hint["hint"] for hint in hints} <= {"closer", "light", "still", "good"}
    assert [hint["left_s"] for hint in hints] == sorted(
        (hint["left_s"] for hint in hints), reverse=True
    )
    assert box.heard()["recommendations"][-1]["slate"] == slate["slate"]


def test_a_fresh_look_does_not_wait_until_an_idle_camera_looks_again(box: Box) -> None:
    watching = box.daemon._watching
    box.turn_until(lambda: watching.looks > 0)
    watching._capture.period_s = 1e6
    looked, asked_s = watching.looks, watching._clock.steady_s()
    box.done("recommend", {"fresh": True, "count": 3})
    took_s = watching._clock.steady_s() - asked_s
    assert took_s >= LOOK_S
    assert watching.looks - looked > 2 * took_s


def test_a_face_that_was_corrected_is_read_otherwise_in_that_profile_alone(box: Box) -> None:
    watching, people = box.daemon._watching, box.daemon._people
    box.turn_until(lambda: watching.shown_lately() is not None)
    face = seen(0.0, a_face())
    before = watching.read(face)[0]
    for _ in range(5):
        box.turn_until(lambda: watching.shown_lately() is not None)
        box.done("correct_mood", {"shown": "happy", "actual": "sad"})
    after = watching.read(face)[0]
    assert after[SAD] > before[SAD]
    assert np.array_equal(watching.read(seen(0.0, a_face(), a_face()))[0], before)
    box.done("profile", {"action": "create", "name": "Anna"})
    box.done("profile", {"action": "select", "name": "Anna"})
    assert np.array_equal(watching.read(face)[0], before)
    box.done("profile", {"action": "select", "name": "household"})
    box.done("profile", {"action": "forget", "name": "household"})
    assert np.array_equal(watching.read(face)[0], before)
    assert people.calibration("household").corrections == ()


def test_a_camera_that_is_off_cannot_look_again(tmp_path: Path) -> None:
    with Box(tmp_path) as box:
        assert box.refused("recommend", {"fresh": True})[0] == "fresh"
        assert box.refused("correct_mood", {"shown": "sad"})[0] == "shown"


def test_the_camera_follows_consent_and_switch(box: Box) -> None:
    assert box.done("camera", b"OFF") == {"camera": "off"}
    assert box.heard()["mood"][-1]["mood"] == "nobody"
    assert box.settings_now()["camera"] == "off"
    assert box.done("camera", b"ON") == {"camera": "on"}
    assert box.done("consent", {"consent": "withdraw"}) == {"given": False}
    assert box.settings_now()["camera"] == "no consent"
    assert box.done("camera", {"camera": "ON"}) == {"camera": "no consent"}


def test_no_crop_of_a_face_is_kept_once_the_camera_is_off(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = open_observer(VisionSettings(), detect_every=5)
    monkeypatch.setattr(box.daemon._watching, "_observer", observer)
    box.turn_until(lambda: bool(observer._seen))
    box.done("camera", b"OFF")
    assert observer._seen == {}
    assert isinstance(observer.detector, TrackingDetector)
    assert observer.detector._tracks == []


def test_a_face_too_poor_to_be_read_is_neither_corrected_nor_learnt_from(tmp_path: Path) -> None:
    with Box(tmp_path) as box:
        watching = box.daemon._watching
        poor = seen(box.hand.now_s, a_face(quality=0.0))
        watching._take_in(poor)
        assert watching.shown_lately() is None
        watching._take_in(seen(box.hand.now_s, a_face()))
        assert np.allclose(watching.shown_lately(), HAPPY)  # type: ignore[arg-type]


def test_who_is_looked_at_seldom_does_not_leave_between_two_looks(tmp_path: Path) -> None:
    with Box(tmp_path) as box:
        watching, hand = box.daemon._watching, box.hand
        watching._take_in(seen(hand.now_s, a_face()))
        watching._capture.period_s = 5.0
        hand.now_s += 5.5
        watching.look()
        assert watching.mood.people == 1
        hand.now_s += 5.0
        watching.look()
        assert watching.mood.announced == "nobody"


def test_a_mood_that_began_before_the_clock_was_set_is_told_anew(tmp_path: Path) -> None:
    with Box(tmp_path) as box:
        watching, hand = box.daemon._watching, box.hand

        def told_after(seconds: float, *, set_by: dt.timedelta) -> list[dt.datetime]:
            """When the mood began, by every message of the look after so long."""
            before = len(box.heard()["mood"])
            hand.now_s += seconds
            hand.wall += dt.timedelta(seconds=seconds) + set_by
            watching.look()
            told = box.heard()["mood"][before:]
            return [dt.datetime.fromisoformat(each["since"]) for each in told]

        told_after(5.0, set_by=dt.timedelta(0))
        (began,) = told_after(5.0, set_by=dt.timedelta(days=200))
        assert began == EVENING + dt.timedelta(days=200, seconds=5)
        assert told_after(5.0, set_by=dt.timedelta(0)) == []


def test_what_somebody_showed_who_has_just_left_is_not_taken_for_the_next_ones(
    tmp_path: Path,
) -> None:
    with Box(tmp_path) as box:
        watching, now_s = box.daemon._watching, box.hand.now_s
        first, next_one = a_face(track=1), a_face(track=2)
        sad = replace(next_one, logits=np.roll(HAPPY, 1))
        for read in (first, first, sad):
            watching._take_in(seen(now_s, read))
        assert np.allclose(watching.shown_lately(), sad.logits)  # type: ignore[arg-type]


def test_a_room_where_people_walk_about_is_told_and_gets_a_slate_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Box(tmp_path) as box:
        watching, hand = box.daemon._watching, box.hand
        frames: list[Frame] = []
        monkeypatch.setattr(watching._capture, "take", lambda: frames.pop() if frames else None)

        def look(walked_px: int) -> None:
            luma = np.full((180, 320), 120, np.uint8)
            luma[40:120, walked_px : walked_px + 36] = 20
            hand.now_s += 1.0
            frames.append(Frame(luma, hand.now_s, 0))
            box.daemon.beat()

        look(0)
        assert box.heard()["mood"][-1]["motion"] is None
        for second in range(10):
            look(100 * (second % 2))
        told = box.heard()["mood"][-1]
        assert (told["people"], told["light"]) == (0, "bright")
        assert told["motion"] == pytest.approx(0.09, abs=0.03)
        box.done("recommend")
        assert box.store.slates.of("household")[-1].context["restless"] is True
        for _ in range(120):
            look(0)
        assert box.heard()["mood"][-1]["motion"] < 0.03
        box.done("recommend")
        assert box.store.slates.of("household")[-1].context["restless"] is False
        watching.follow_switches()  # the camera is off, and nothing is known of the room any more
        assert box.heard()["mood"][-1]["motion"] is None
