"""A picture that was sent."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emoflix_catalog.features.look import describe
from emoflix_catalog.starter import films_of, starter_films
from emoflix_device.camera.source import bundled_clip
from tests.device.box import Box
from tests.device.handlers.asking import FILM


def test_a_picture_is_read_and_films_are_found_for_it(box: Box) -> None:
    clip = cv2.VideoCapture(str(bundled_clip()))
    read, image = clip.read()
    clip.release()
    assert read
    found = box.done("analyze", cv2.imencode(".jpg", image)[1].tobytes())
    face = found["faces"][0]
    assert 0 < face["width"] <= image.shape[1]
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert len(found["films"]) == 5
    assert box.heard()["recommendations"] == []  # it is shown to nobody else


def test_films_are_found_that_look_like_a_picture_and_fit_the_viewer(tmp_path: Path) -> None:
    grey, red = np.full((48, 64, 3), 128, np.uint8), np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200  # red, green, blue
    looks = {FILM: describe(grey), "drishyam-2-2021": describe(red)}
    with Box(tmp_path, looks=looks) as box:
        sent = cv2.imencode(".png", red[..., ::-1])[1].tobytes()
        found = [film["id"] for film in box.done("analyze", sent)["look_alike"]]
        assert found == ["drishyam-2-2021", FILM]
        box.done("history", {"action": "add", "film": "drishyam-2-2021"})
        found = [film["id"] for film in box.done("analyze", sent)["look_alike"]]
        assert found == [FILM]


def test_films_for_the_faces_of_a_picture_look_like_it_too(tmp_path: Path) -> None:
    _, frame = cv2.VideoCapture(str(bundled_clip())).read()
    films = [film.id for film in films_of(starter_films())]
    alike, unlike = describe(frame[..., ::-1]), describe(255 - frame)
    looks = {**dict.fromkeys(films[::2], alike), **dict.fromkeys(films[1::2], unlike)}
    with Box(tmp_path, looks=looks) as box:
        sent = cv2.imencode(".png", frame)[1].tobytes()
        for _ in range(40):  # what was learnt of the viewer is drawn anew each time
            found = box.done("analyze", sent)
            assert found["faces"]
            told = {
                film["id"]
                for film in found["films"]
                if any(reason.startswith("Looks like your picture") for reason in film["reasons"])
            }
            assert told
            assert told <= {*films[::2]}


def test_a_picture_without_a_face_has_no_films(box: Box) -> None:
    grey = cv2.imencode(".png", np.full((48, 64, 3), 128, np.uint8))[1].tobytes()
    assert box.done("analyze", grey) == {
        "faces": [],
        "films": [],
        "look_alike": [],
        "unreadable": 0,
    }


def test_a_face_that_cannot_be_read_is_counted_and_says_nothing(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emoflix_device.vision.quality.LEAST", 1.1)  # better than any face is
    _, image = cv2.VideoCapture(str(bundled_clip())).read()
    found = box.done("analyze", cv2.imencode(".png", image)[1].tobytes())
    assert (found["faces"], found["films"], found["unreadable"]) == ([], [], 1)


@pytest.mark.parametrize("picture", [b"", b"{}", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"0" * 99])
def test_a_picture_that_is_none_is_refused(box: Box, picture: bytes) -> None:
    assert box.refused("analyze", picture)[0] == "payload"


def test_a_picture_of_more_than_four_megabytes_is_refused(box: Box) -> None:
    field, message = box.refused("analyze", b"\xff\xd8\xff" + b"0" * 4 * 1024 * 1024)
    assert (field, "too many" in message) == ("payload", True)
