import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.errors import StoreError
from emoflix_catalog.features.look import COLOURS, TONES, Look, describe, in_words, likeness
from emoflix_catalog.film import Film
from emoflix_catalog.looks import looks_path, most_alike, read_looks, resemblance, write_looks
from emoflix_catalog.pictures import PictureError, decode_picture
from emoflix_catalog.recommend import Policy, Viewer, recommend
from emoflix_catalog.store import Catalogue
from tests.catalog.slates import EVENING

CLI = [sys.executable, "-m", "emoflix_catalog"]
PAINT = {"sunset": (230, 90, 20), "night": (10, 15, 45), "snow": (240, 245, 250)}
FILMS = [Film(id=name, title=name.title(), year=2000) for name in PAINT]
Pixels = NDArray[np.uint8]


def painted(colour: tuple[int, int, int], height: int = 90, width: int = 60) -> Pixels:
    """One colour with grain."""
    grain = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    return np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8)


def encoded(picture: Pixels, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, form)
    return out.getvalue()


@pytest.fixture
def film_looks() -> dict[str, Look]:
    return {name: describe(painted(colour)) for name, colour in PAINT.items()}


def tones(picture: Pixels) -> dict[str, float]:
    return dict(zip(TONES, describe(picture).tones.tolist(), strict=True))


def test_white_is_bright_and_black_is_not_and_neither_has_a_colour() -> None:
    white, black = (np.full((8, 8, 3), value, np.uint8) for value in (255, 0))
    assert tones(white) == pytest.approx(
        {"brightness": 1, "contrast": 0, "warmth": -0.5, "colourfulness": 0}, abs=1e-3
    )
    assert tones(black)["brightness"] == pytest.approx(0, abs=1e-6)
    assert tones(np.concatenate([white, black]))["contrast"] == pytest.approx(1, abs=1e-3)


def test_orange_is_warm_and_blue_is_cold() -> None:
    assert tones(painted((255, 140, 0)))["warmth"] > 0.5
    assert tones(painted((0, 90, 255)))["warmth"] < -1


def test_pure_red_has_the_lightness_and_chroma_that_are_printed_for_it() -> None:
    red = tones(np.full((4, 4, 3), (255, 0, 0), np.uint8))
    assert red["brightness"] == pytest.approx(0.5324, abs=1e-3)
    assert red["colourfulness"] == pytest.approx(1.0455, abs=2e-3)


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3))))
def test_any_picture_has_a_look_like_its_own_and_no_other_more(picture: Pixels) -> None:
    look = describe(picture)
    assert look.palette.shape == (COLOURS,)
    assert look.palette.min() >= 0
    assert look.palette.sum() == pytest.approx(1, abs=1e-4)
    assert np.isfinite(look.tones).all()
    others = Look(
        np.stack([look.palette, np.eye(COLOURS, dtype=np.float32)[0]]), np.stack([look.tones] * 2)
    )
    alike = likeness(look, others)
    assert alike[0] == pytest.approx(1, abs=1e-3)
    assert 0 <= alike[1] <= alike[0] + 1e-3


def test_size_and_recompression_change_little() -> None:
    large = np.kron(painted((200, 60, 90), 60, 40), np.ones((9, 9, 1), np.uint8))
    small = decode_picture(encoded(large[::3, ::3]))
    look, other = describe(large), describe(small)
    assert likeness(look, Look(other.palette[None], other.tones[None]))[0] > 0.97


@pytest.mark.parametrize("form", [(0, 4, 3), (4, 4), (4, 4, 4)])
def test_what_is_no_picture_is_refused(form: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a picture is"):
        describe(np.zeros(form, np.uint8))


@pytest.mark.parametrize("data", [b"", b"GIF89a", encoded(painted((1, 2, 3)))[:300]])
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match="no picture that can be read") as refused:
        decode_picture(data)
    assert "object at" not in str(refused.value)


def test_looks_outlive_a_rebuild_and_films_that_are_gone_are_not_found(
    tmp_path: Path, catalogue_of: Callable[..., Catalogue], film_looks: dict[str, Look]
) -> None:
    write_looks(tmp_path / "films.sqlite", film_looks)
    looks = read_looks(tmp_path / "films.sqlite")
    catalogue = catalogue_of(*FILMS[:2])
    alike = resemblance(catalogue, looks, describe(painted((220, 100, 30))))
    found = most_alike(alike, count=3)
    assert [catalogue.film_at(one.number).id for one in found] == ["sunset", "night"]
    assert found[0].likeness > 0.5
    assert found[1].likeness < 0.2
    assert most_alike(resemblance(catalogue, {}, looks["snow"]), count=3) == []


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ((230, 90, 20), "warm and colourful"),
        ((10, 15, 45), "dark and cold"),
        ((0, 90, 255), "cold and colourful"),
        ((128, 128, 128), "without colour and soft"),
    ],
)
def test_what_stands_out_in_a_picture_is_said(colour: tuple[int, int, int], words: str) -> None:
    assert in_words(describe(np.full((8, 8, 3), colour, np.uint8))) == words


def test_a_slate_follows_the_picture_that_was_shown_and_says_so(
    catalogue_of: Callable[..., Catalogue], film_looks: dict[str, Look]
) -> None:
    catalogue = catalogue_of(*FILMS, Film(id="unseen", title="Unseen", year=2000))
    for name, colour in PAINT.items():
        picture = resemblance(catalogue, film_looks, describe(painted(colour, 40, 40)))
        asked = msgspec.structs.replace(EVENING, picture=picture)
        slate = recommend(catalogue, Viewer(), None, asked, count=4)
        first, *_, last = slate.films
        assert first.film.id == name
        assert first.reasons[0].text.startswith("Looks like your picture: ")
        assert first.parts["look"] == pytest.approx(1, abs=0.1)
        assert not any("picture" in reason.text for reason in last.reasons)
        by_id = {place.film.id: place.parts["look"] for place in slate.films}
        known = [by_id[film.id] for film in FILMS]
        assert by_id["unseen"] == pytest.approx(np.mean(known), abs=1e-3)
        assert slate.id != recommend(catalogue, Viewer(), None, EVENING, count=4).id
        assert slate == recommend(catalogue, Viewer(), None, asked, count=4)


def test_a_picture_is_followed_whatever_is_drawn_of_the_taste(
    catalogue_of: Callable[..., Catalogue], film_looks: dict[str, Look]
) -> None:
    catalogue = catalogue_of(*FILMS)
    picture = resemblance(catalogue, film_looks, describe(painted(PAINT["night"], 40, 40)))
    asked = msgspec.structs.replace(EVENING, picture=picture)
    disappointed = Policy.prior()
    for _ in range(20):
        disappointed = disappointed.learnt({"look": 1.0}, -1.0)
    for seed in range(100):
        for policy in (Policy.prior(), disappointed):
            weights = policy.sampled(np.random.default_rng(seed))
            (first, *_) = recommend(catalogue, Viewer(), None, asked, weights=weights).films
            assert first.film.id == "night"


def test_without_a_picture_or_known_looks_the_look_has_no_say(
    catalogue_of: Callable[..., Catalogue], film_looks: dict[str, Look]
) -> None:
    catalogue = catalogue_of(*FILMS)
    unknown = resemblance(catalogue, {}, film_looks["snow"])
    for context in (EVENING, msgspec.structs.replace(EVENING, picture=unknown)):
        slate = recommend(catalogue, Viewer(), None, context)
        assert all("look" not in place.parts for place in slate.films)


def test_damaged_looks_say_what_to_do(tmp_path: Path, film_looks: dict[str, Look]) -> None:
    path = tmp_path / "films.sqlite"
    write_looks(path, film_looks)
    looks_path(path).write_bytes(looks_path(path).read_bytes()[:-100])
    with pytest.raises(StoreError, match=r"cut short .* remove it and look again"):
        read_looks(path)


def test_a_folder_of_stills_is_taken_in_and_searched(tmp_path: Path) -> None:
    catalogue, folder = tmp_path / "films.sqlite", tmp_path / "stills"
    write_catalogue(FILMS, catalogue)
    folder.mkdir()
    for name, colour in PAINT.items():
        (folder / f"{name}.png").write_bytes(encoded(painted(colour), "PNG"))
    (folder / "unknown.jpg").write_bytes(encoded(painted((0, 0, 0))))
    (folder / "snow.png").write_bytes(b"no picture")

    def run(*words: object) -> Any:
        command = [*CLI, *map(str, words), "--catalogue", str(catalogue), "--json"]
        done = subprocess.run(command, check=True, capture_output=True)
        return msgspec.json.decode(done.stdout)

    told = run("look", folder)
    assert (told["looked_at"], told["known"]) == (2, 2)
    assert set(told["not_taken"].values()) == {1}
    assert run("look", folder)["looked_at"] == 0
    assert run("look", folder, "--again")["looked_at"] == 2
    found = run("like-picture", folder / "night.png")
    assert [row["film"]["id"] for row in found["films"]] == ["night", "sunset"]
    slate = run("recommend", "--picture", folder / "night.png")
    assert slate["films"][0]["film"]["id"] == "night"


def test_a_picture_that_no_film_can_be_held_against_is_refused_in_a_line(tmp_path: Path) -> None:
    catalogue, night = tmp_path / "films.sqlite", tmp_path / "night.png"
    write_catalogue(FILMS, catalogue)
    night.write_bytes(encoded(painted(PAINT["night"]), "PNG"))
    for command in (["like-picture", str(night)], ["recommend", "--picture", str(night)]):
        told = subprocess.run(
            [*CLI, *command, "--catalogue", str(catalogue)],
            check=False,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 2
        assert told.stderr.strip().endswith(
            "nobody knows how its films look: run emoflix-catalog look"
        )
        assert told.stderr.count("\n") == 1
