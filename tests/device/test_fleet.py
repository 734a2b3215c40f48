"""Settings from afar: what the owner allows, within the file's limits, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.config import FleetSettings, RecommenderSettings, Settings
from emoflix_device.fleet import KEPT, Fleet

ALLOWED = ("recommender.count", "recommender.languages", "vision.farthest_m")


def wish(name: str = "autumn", **settings: Any) -> bytes:
    return json.dumps({"id": name, "settings": settings}).encode()


def own(folder: Path, *allow: str) -> Settings:
    return Settings(
        state_dir=folder,
        recommender=RecommenderSettings(languages=("ml",)),
        fleet=FleetSettings(allow=allow or ALLOWED),  # type: ignore[arg-type]
    )


class Box:
    """A box that counts how often it is to start anew."""

    def __init__(self, folder: Path, *allow: str) -> None:
        self.restarts = 0
        self.fleet = Fleet(own(folder, *allow), restart=self.restart)

    def restart(self) -> None:
        self.restarts += 1


def test_what_is_allowed_counts_from_the_next_start_on(tmp_path: Path) -> None:
    box = Box(tmp_path)
    told = box.fleet.hear(wish(recommender={"count": 7}, vision={"farthest_m": 4}))
    assert (told, box.restarts) == (False, 1)
    assert box.fleet.restarts.is_set()
    anew = Box(tmp_path).fleet
    assert anew.settings.recommender == RecommenderSettings(count=7, languages=("ml",))
    assert anew.settings.vision.farthest_m == 4.0
    assert anew.configured is not None
    assert (anew.configured.id, anew.configured.error) == ("autumn", None)


def test_the_same_wish_again_changes_nothing(tmp_path: Path) -> None:
    Box(tmp_path).fleet.hear(wish(recommender={"count": 7}))
    again = Box(tmp_path)
    assert not again.fleet.hear(wish(recommender={"count": 7}))
    assert again.restarts == 0


def test_a_wish_that_is_withdrawn_brings_the_owners_settings_back(tmp_path: Path) -> None:
    Box(tmp_path).fleet.hear(wish(recommender={"count": 7}))
    box = Box(tmp_path)
    box.fleet.hear(b"")
    assert box.restarts == 1
    assert Box(tmp_path).fleet.settings == own(tmp_path)
    assert not Box(tmp_path).fleet.hear(b"")


@pytest.mark.parametrize(
    ("payload", "field", "message"),
    [
        (wish(mqtt={"host": "elsewhere"}), "mqtt.host", "not among those that the owner allows"),
        (wish(mood={"memory_s": 1}), "mood.memory_s", "not among those"),
        (wish(fleet={"allow": []}), "fleet.allow", "not among those"),
        (wish(nonsense={"a": 1}), "nonsense.a", "not among those"),
        (wish(nonsense={}), "nonsense", "is no section"),
        (wish(device={}), "device", "is no section"),
        (wish(recommender={"count": 0}), "recommender.count", ">= 1"),
        (wish(recommender={"count": "many"}), "recommender.count", "expected int"),
        (wish(recommender={"languages": ["xx"]}), "recommender", "no language 'xx'"),
        (wish(recommender={"count": 3, "absence_s": 1}), "recommender.absence_s", "not among"),
        (b"nonsense", "payload", "malformed"),
        (b'{"id": "", "settings": {}}', "id", "length"),
        (b'{"id": "a", "settings": {}, "more": 1}', "more", "is not known here"),
        (wish(recommender={"languages": ["ml"] * 9000}), "payload", "larger than"),
        (b"[" * 9000, "payload", ""),
    ],
)
def test_what_is_refused_is_answered_with_its_key_and_changes_nothing(
    tmp_path: Path, payload: bytes, field: str, message: str
) -> None:
    Box(tmp_path).fleet.hear(wish("before", recommender={"count": 7}))
    before = (tmp_path / KEPT).read_bytes()
    box = Box(tmp_path)
    assert box.fleet.hear(payload)
    told = box.fleet.configured
    assert told is not None
    assert told.error is not None
    assert told.error.field == field
    assert message in told.error.message
    assert box.restarts == 0
    assert (tmp_path / KEPT).read_bytes() == before


@pytest.mark.parametrize("before", [b"", wish(recommender={"count": 7})])
def test_what_was_refused_is_told_no_longer_once_it_is_taken_back(
    tmp_path: Path, before: bytes
) -> None:
    Box(tmp_path).fleet.hear(before)
    box = Box(tmp_path)
    counting = box.fleet.configured
    assert box.fleet.hear(wish("bad", recommender={"count": 0}))
    assert box.fleet.configured != counting
    assert box.fleet.hear(before)
    assert box.fleet.configured == counting
    assert box.restarts == 0


def test_a_key_that_the_owner_takes_back_no_longer_counts(tmp_path: Path) -> None:
    Box(tmp_path).fleet.hear(wish(recommender={"count": 7}))
    fleet = Box(tmp_path, "vision.farthest_m").fleet
    assert fleet.settings == own(tmp_path, "vision.farthest_m")
    assert fleet.configured is not None
    assert fleet.configured.error is not None
    nobody = Fleet(Settings(state_dir=tmp_path), restart=lambda: None)
    assert (nobody.settings.recommender.count, nobody.configured) == (5, None)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=8,
    ).map(lambda tree: json.dumps({"id": "x", "settings": tree}).encode())
)
def test_whatever_comes_is_taken_or_answered(payload: bytes) -> None:
    taken: list[bool] = []
    fleet = Fleet(Settings(state_dir=Path("/nowhere")), restart=lambda: taken.append(True))
    if fleet.hear(payload):
        assert fleet.configured is not None
        assert fleet.configured.error is not None
    assert taken == []
