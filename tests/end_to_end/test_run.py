"""The daemon as a whole: real frames, faces, model, catalogue and broker."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from emoflix_device.camera.source import bundled_clip
from emoflix_device.mqtt.messages import MoodMessage, RecommendationsMessage
from emoflix_device.mqtt.topics import TOPICS, device_and_name
from tests.end_to_end.emoflix import BASE, PATIENCE_S, START_S, Emoflix, ask, moods, wait_online
from tests.mosquitto import Ear, Mosquitto, free_port, wait_until

RETAINED = sorted(name for name, topic in TOPICS.items() if topic.retained)


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emoflix, Ear]]:
    """One device without consent, for all that is to change nothing in it."""
    folder = tmp_path_factory.mktemp("unwatched")
    with (
        Mosquitto(folder) as broker,
        Ear(broker.port, "emoflix/#") as ear,
        Emoflix(folder, broker.port) as device,
    ):
        wait_online(ear)
        yield device, ear


def latest(ear: Ear, name: str) -> dict[str, object]:
    """The last message on one of the device's topics."""
    payload = [m.payload for m in ear.messages if m.topic == f"{BASE}/{name}"][-1]
    decoded: dict[str, object] = json.loads(payload)
    return decoded


def reads_the_clip(device: Emoflix) -> bool:
    """Whether the bundled clip, its camera, is open."""
    return str(bundled_clip()) in device.open_files()


def test_the_mood_follows_the_faces_of_the_clip(emoflix: Emoflix, ear: Ear) -> None:
    script = ["neutral", "happy", "sad", "surprise"]

    def seen_in_order() -> bool:
        told = iter(moods(ear))
        return all(expression in told for expression in script)

    wait_until(seen_in_order, f"{script} in order", guard_s=60)
    assert emoflix.runs


def test_a_slate_comes_with_reasons_that_do_not_tell_the_mood(emoflix: Emoflix, ear: Ear) -> None:
    slate = msgspec.json.decode(
        ear.wait_for(f"{BASE}/recommendations").payload, type=RecommendationsMessage
    )
    assert len(slate.films) == 5
    for film in slate.films:
        assert film.reasons
        assert not any("look" in reason for reason in film.reasons)
    event = json.loads(
        ear.wait(
            lambda m: m.topic == f"{BASE}/event" and b'"recommended"' in m.payload, "recommended"
        ).payload
    )
    assert event["slate"] == slate.slate
    assert emoflix.runs


def test_every_topic_of_the_contract_is_there_with_a_valid_payload(
    emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto
) -> None:
    ear.wait_for(f"{BASE}/recommendations")
    ear.wait(lambda m: m.topic == f"{BASE}/event", "an event")
    for message in list(ear.messages):
        named = device_and_name(message.topic)
        if named is None:
            continue
        _, name = named
        if name == "availability":
            assert message.payload == b"online"
        else:
            msgspec.json.decode(message.payload, type=TOPICS[name].message)
    with Ear(mosquitto.port, f"{BASE}/+") as late:
        for name in RETAINED:
            assert late.wait_for(f"{BASE}/{name}").retain
    assert emoflix.runs


def test_all_retained_state_is_back_within_five_seconds_of_a_killed_broker(
    emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto
) -> None:
    ear.wait_for(f"{BASE}/recommendations")
    mosquitto.stop()
    mosquitto.start()
    with Ear(mosquitto.port, f"{BASE}/+") as late:
        for name in RETAINED:
            late.wait_for(f"{BASE}/{name}", guard_s=5)
        late.wait_for(f"{BASE}/availability", b"online", guard_s=5)
    assert emoflix.runs


def test_sigterm_publishes_offline_within_two_seconds(emoflix: Emoflix, ear: Ear) -> None:
    ear.wait_for(f"{BASE}/mood")
    assert emoflix.process is not None
    emoflix.process.terminate()
    ear.wait_for(f"{BASE}/availability", b"offline", guard_s=2)
    assert emoflix.process.wait(PATIENCE_S) == 0


def test_without_consent_no_frame_is_looked_at(
    mosquitto: Mosquitto, ear: Ear, tmp_path: Path
) -> None:
    with Emoflix(tmp_path, mosquitto.port) as device:
        wait_online(ear)
        ear.wait_for(f"{BASE}/health")
        assert latest(ear, "settings")["camera"] == "no consent"
        assert latest(ear, "mood")["mood"] == "nobody"
        assert latest(ear, "health")["frames_in"] == 0
        assert not reads_the_clip(device)


def test_withdrawn_consent_closes_the_camera_and_forgets_the_mood(
    emoflix: Emoflix, ear: Ear, mosquitto: Mosquitto
) -> None:
    ear.wait(lambda m: m.topic == f"{BASE}/mood" and b'"people":1' in m.payload, "a face")
    assert ask(ear, "consent", {"consent": "withdraw"})["ok"] == {"given": False}
    wait_until(lambda: not reads_the_clip(emoflix), "a closed clip")
    with Ear(mosquitto.port, f"{BASE}/+") as late:
        mood = msgspec.json.decode(late.wait_for(f"{BASE}/mood").payload, type=MoodMessage)
        assert (mood.mood, mood.people, mood.light) == ("nobody", 0, None)


def test_the_switch_closes_the_camera_itself_and_stays_off_over_a_restart(
    emoflix: Emoflix, ear: Ear
) -> None:
    wait_until(lambda: reads_the_clip(emoflix), "an open clip")
    assert ask(ear, "camera", b"OFF")["ok"] == {"camera": "off"}
    wait_until(lambda: not reads_the_clip(emoflix), "a closed clip")
    emoflix.stop()
    ear.forget()
    emoflix.start()
    wait_online(ear)
    assert latest(ear, "settings")["camera"] == "off"
    assert ask(ear, "camera", {"camera": "ON"})["ok"] == {"camera": "on"}
    wait_until(lambda: reads_the_clip(emoflix), "an open clip")


def test_preferences_shape_the_slate_and_outlive_a_restart(emoflix: Emoflix, ear: Ear) -> None:
    said = ask(ear, "preferences", {"languages": ["ml"], "actors": ["Mohanlal"], "request": "p1"})
    assert said["request"] == "p1"
    assert said["ok"]["languages"] == ["ml"]
    # How much a favourite counts is drawn for each slate: one in ten has none of his films.
    slates = [ask(ear, "recommend", {"count": 3})["ok"] for _ in range(6)]
    films = [film for slate in slates for film in slate["films"]]
    assert [film["language"] for film in films] == ["ml"] * 18
    assert any("Mohanlal" in reason for film in films for reason in film["reasons"])
    emoflix.stop()
    ear.forget()
    emoflix.start()
    wait_online(ear)
    assert ask(ear, "preferences", {})["ok"]["languages"] == ["ml"]


def test_a_request_sent_twice_is_answered_twice_and_done_once(
    mosquitto: Mosquitto, ear: Ear, tmp_path: Path
) -> None:
    with Emoflix(tmp_path, mosquitto.port):  # without consent nothing but a request makes a slate
        wait_online(ear)
        first = ask(ear, "recommend", {"request": "r1", "count": 2})
        assert ask(ear, "recommend", {"request": "r1", "count": 2}) == first
        assert not [m for m in ear.messages if m.topic == f"{BASE}/recommendations"]


@pytest.mark.parametrize(
    ("name", "request_", "field"),
    [
        ("recommend", b"{not json", "payload"),
        ("recommend", b"\xff\xfe", "payload"),
        ("recommend", b"[]", "payload"),
        ("recommend", {"count": "three"}, "count"),
        ("recommend", {"cuont": 3}, "cuont"),
        ("recommend", {"languages": ["xx"]}, "languages[0]"),
        ("preferences", {"lift": 2}, "lift"),
        ("consent", {}, "consent"),
        ("camera", {"camera": "PERHAPS"}, "camera"),
        ("camera", b"x" * 100_000, "payload"),
        ("dance", {}, "command"),
    ],
)
def test_a_malformed_command_is_answered_with_the_field_and_changes_nothing(
    unwatched: tuple[Emoflix, Ear], name: str, request_: dict[str, object] | bytes, field: str
) -> None:
    device, ear = unwatched
    before = ask(ear, "preferences", {})
    assert ask(ear, name, request_)["error"]["field"] == field
    assert ask(ear, "preferences", {}) == before
    assert device.runs


def test_a_retained_command_is_ignored(mosquitto: Mosquitto, ear: Ear, tmp_path: Path) -> None:
    ear.say(f"{BASE}/client/guest/command/consent", b'{"consent": "give"}', retain=True)
    with Emoflix(tmp_path, mosquitto.port):
        wait_online(ear)
        ear.wait_for(f"{BASE}/health")
        assert latest(ear, "settings")["camera"] == "no consent"


def test_ten_megabytes_sent_as_a_command_do_no_harm(emoflix: Emoflix, ear: Ear) -> None:
    ear.say(f"{BASE}/client/guest/command/recommend", b"x" * 10_000_000)
    reply = json.loads(ear.wait_for(f"{BASE}/client/guest/reply/recommend").payload)
    assert reply["error"]["field"] == "payload"
    assert ask(ear, "recommend", {"count": 1})["ok"]["films"]
    assert emoflix.runs


def test_a_broker_that_is_away_is_waited_for(tmp_path: Path) -> None:
    with Emoflix(tmp_path, free_port()) as device:
        wait_until(lambda: "nothing listens" in device.log, "the fault in the log")
        assert device.runs
        code, took_s = device.stop()
    assert code == 0
    assert took_s < PATIENCE_S


def test_a_camera_that_is_not_there_is_told_and_the_device_goes_on(
    mosquitto: Mosquitto, ear: Ear, tmp_path: Path
) -> None:
    with Emoflix(tmp_path, mosquitto.port, camera={"source": "/dev/video99"}) as device:
        wait_online(ear)
        ask(ear, "consent", {"consent": "give"})
        event = json.loads(ear.wait(lambda m: b'"camera_lost"' in m.payload, "camera_lost").payload)
        assert "/dev/video99" in event["fault"]
        ear.wait(lambda m: b'"camera":"lost"' in m.payload, "settings that say so")
        assert ask(ear, "recommend", {"mood": "sad"})["ok"]["films"]
        assert device.runs


def test_a_real_woman_is_seen_crying_and_then_smiling(
    mosquitto: Mosquitto, ear: Ear, tmp_path: Path, shared: Path
) -> None:
    video = shared / "data" / "video" / "crying_then_smiling.mp4"
    with Emoflix(tmp_path, mosquitto.port, camera={"source": str(video), "loop": False}):
        wait_online(ear)
        ask(ear, "consent", {"consent": "give"})
        ear.wait(lambda m: b'"camera_lost"' in m.payload, "the end of the video", guard_s=40)
        told = moods(ear)
        assert "sad" in told
        assert "happy" in told[told.index("sad") :]


def test_settings_from_afar_count_after_a_new_start_and_are_told(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    def configured() -> dict[str, Any] | None:
        told = [m for m in list(ear.messages) if m.topic == f"{BASE}/info"]
        result: dict[str, Any] | None = json.loads(told[-1].payload)["configuration"]
        return result

    def wish(name: str, **recommender: Any) -> bytes:
        return json.dumps({"id": name, "settings": {"recommender": recommender}}).encode()

    topic = f"{BASE}/configuration"
    device = Emoflix(tmp_path, mosquitto.port, fleet={"allow": ["recommender.count"]})
    with Ear(mosquitto.port, "emoflix/#") as ear:
        with device:
            wait_online(ear)
            ear.say(topic, wish("autumn", count=2), retain=True)
            assert device.process is not None
            assert device.process.wait(START_S) == os.EX_TEMPFAIL
        ear.forget()
        with device:
            wait_online(ear)
            assert configured() == {"id": "autumn", "error": None}
            assert len(ask(ear, "recommend", {})["ok"]["films"]) == 2
            ear.forget()
            ear.say(topic, wish("winter", languages=["ml"]), retain=True)
            ear.wait_for(f"{BASE}/info")
            refused = configured()
            assert refused is not None
            assert refused["id"] == "winter"
            assert refused["error"]["field"] == "recommender.languages"
            assert device.stop()[0] == 0
