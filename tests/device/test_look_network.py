"""Films that look like a picture, as a network that the owner gives sees them."""

import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from PIL import Image

import emoflix_device
from emoflix_catalog.build import write_catalogue
from emoflix_catalog.commands.look import like_picture, look
from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.features.embedding import open_embedder
from emoflix_catalog.features.look import Look, cells, describe, likeness
from emoflix_catalog.film import Film
from emoflix_catalog.looks import describer, keep_network, network_path, read_looks

pytest.importorskip("ai_edge_litert", reason="LiteRT is not installed: pip install ai-edge-litert")

MODEL = Path(emoflix_device.__file__).with_name("models") / "expression.tflite"
"""Any network will do."""
NAMES = ("stripes", "checks")
Pixels = NDArray[np.uint8]


def pattern(name: str) -> Pixels:
    """Black and white in equal parts, so that colours alone cannot tell one from the other."""
    rows, columns = np.indices((48, 48)) // 8
    on = columns % 2 if name == "stripes" else (rows + columns) % 2
    return np.repeat(on[..., None] * 255, 3, axis=2).astype(np.uint8)


def png(picture: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    films = [Film(id=name, title=name.title(), year=2000) for name in NAMES]
    return write_catalogue(films, tmp_path / "films.sqlite").path


@pytest.fixture
def run(catalogue: Path) -> Callable[..., Result]:
    def run_(command: object, *words: object) -> Result:
        arguments = [*map(str, words), "--catalogue", str(catalogue), "--json"]
        return CliRunner().invoke(command, arguments)  # type: ignore[arg-type]

    return run_


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    folder = tmp_path / "stills"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.png").write_bytes(png(pattern(name)))
    return folder


def test_a_grid_finer_than_the_picture_repeats_its_pixels() -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert cells(picture, 4, 4)[:, :, 0].tolist() == [[0, 0, 3, 3]] * 2 + [[6, 6, 9, 9]] * 2
    assert cells(picture, 1, 1)[0, 0].tolist() == picture.reshape(4, 3).mean(axis=0).tolist()


@pytest.mark.parametrize("kind", ["uint8", "int8", "float", "foreign"])
def test_input_and_output_of_any_type_are_read_from_the_file(tiny_models: Path, kind: str) -> None:
    embedder = open_embedder(tiny_models / f"{kind}.tflite")
    found = embedder.embed(pattern("checks"))
    assert found.shape == ((10,) if kind == "foreign" else (7,))  # in colour it gives ten numbers
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_the_same_network_embeds_alike_in_either_type(tiny_models: Path) -> None:
    one, other = (
        open_embedder(tiny_models / f"{kind}.tflite").embed(pattern("checks"))
        for kind in ("uint8", "int8")
    )
    assert float(one @ other) > 0.99


def test_the_network_tells_apart_what_the_colours_do_not(
    catalogue: Path, stills: Path, run: Callable[..., Result]
) -> None:
    run(look, stills)
    by_colours = msgspec.json.decode(run(like_picture, stills / "checks.png").stdout)["films"]
    assert by_colours[0]["likeness"] == by_colours[1]["likeness"]
    told = msgspec.json.decode(run(look, stills, "--network", MODEL).stdout)
    assert told["looked_at"] == 2  # again, since the network had not seen them
    by_both = msgspec.json.decode(run(like_picture, stills / "checks.png").stdout)["films"]
    assert by_both[0]["film"]["id"] == "checks"
    assert by_both[0]["likeness"] > by_both[1]["likeness"] + 0.01
    assert msgspec.json.decode(run(look, stills).stdout)["looked_at"] == 0
    assert describer(catalogue)(pattern("checks")).embedding.size == 7


def test_what_another_network_saw_is_left_out(
    catalogue: Path, stills: Path, run: Callable[..., Result]
) -> None:
    run(look, stills, "--network", MODEL)
    assert all(one.embedding.any() for one in read_looks(catalogue).values())
    network_path(catalogue).unlink()
    assert not any(one.embedding.size for one in read_looks(catalogue).values())


def test_a_film_that_the_network_did_not_see_is_compared_by_its_colours() -> None:
    look = describe(pattern("checks"))._replace(embedding=np.array([1, 0], np.float32))
    others = Look(
        np.stack([look.palette] * 3),
        np.stack([look.tones] * 3),
        np.array([[1, 0], [0, 1], [0, 0]], np.float32),
    )
    assert likeness(look, others) == pytest.approx([1, 0.5, 1], abs=1e-4)


def test_what_is_no_network_is_refused_and_not_kept(catalogue: Path, tmp_path: Path) -> None:
    (tmp_path / "poster.tflite").write_bytes(b"\0\0\0\0TFL3 and nothing more")
    with pytest.raises(CatalogueError, match="is it a whole"):
        keep_network(tmp_path / "poster.tflite", catalogue)
    assert not network_path(catalogue).exists()
