"""`emoflix update` against files, folders, and a real server that answers well and badly."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click.testing
import pytest
import yaml

from emoflix_catalog import bundle as catalogues
from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.signing import KeyFiles, make_keys
from emoflix_catalog.store import open_catalogue
from emoflix_device.cli import emoflix
from emoflix_device.model_bundle import pack
from emoflix_device.vision.card import BUNDLED_MODEL
from emoflix_device.vision.expression import open_expression_model
from tests.device.web_server import Web, serve


class Owner(NamedTuple):
    """A desktop that packs, and a box with its configuration."""

    keys: KeyFiles
    folder: Path
    box: Path

    def films(self, count: int, key: Path | None = None) -> bytes:
        """A bundle of a catalogue with so many films."""
        films = [
            Film(id=f"film-{n}", title=f"Film {n}", original_title=f"Film {n}", year=2000 + n)
            for n in range(count)
        ]
        catalogue, out = self.folder / f"{count}.emoflix", self.folder / "films.bundle"
        write_catalogue(films, catalogue)
        catalogues.pack(catalogue, out, key or self.keys.secret)
        return out.read_bytes()

    def update(self, *words: str | Path, **keys: object) -> click.testing.Result:
        """Run the command, with these keys of `update` configured."""
        config = self.box / "emoflix.yaml"
        settings = {
            "recommender": {"catalogue": "state/films.emoflix"},
            "vision": {"expression_model": "state/expression.tflite"},
            "update": {"key_file": str(self.keys.public), **keys},
        }
        config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        runner = click.testing.CliRunner()
        return runner.invoke(emoflix, ["update", "--config", str(config), *map(str, words)])

    def films_on_the_box(self) -> int:
        with open_catalogue(self.box / "state" / "films.emoflix") as catalogue:
            return len(catalogue)


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    for name in ("desktop", "box"):
        (tmp_path / name).mkdir()
    return Owner(make_keys(tmp_path / "owner"), tmp_path / "desktop", tmp_path / "box")


def test_a_catalogue_and_a_network_are_installed_from_a_folder(owner: Owner) -> None:
    owner.films(3)
    pack(BUNDLED_MODEL, owner.folder / "network.bundle", owner.keys.secret)
    told = owner.update(sources=[str(owner.folder)])
    assert told.exit_code == 0, told.output
    assert "catalogue: 3 films, version" in told.output
    assert "network: version" in told.output
    assert owner.films_on_the_box() == 3
    open_expression_model(owner.box / "state" / "expression.tflite")
    again = owner.update(sources=[str(owner.folder)])
    assert again.exit_code == 0
    assert again.output.count("nothing new") == 2


def test_a_source_in_the_web_is_fetched_once(owner: Owner, web: Web) -> None:
    web.answer = serve(owner.films(4))
    source = f"{web.address}/films.bundle"
    assert owner.update(sources=[source]).exit_code == 0
    assert owner.films_on_the_box() == 4
    assert len(web.requests) == 2  # its head, and all of it
    assert "nothing new" in owner.update(sources=[source]).output
    assert len(web.requests) == 3
    left = {file.name for file in (owner.box / "state").iterdir()}
    assert not any(name.startswith(".") for name in left)


def test_a_server_that_answers_wrongly_is_one_line_and_changes_nothing(
    owner: Owner, web: Web, tmp_path: Path
) -> None:
    owner.films(2)
    owner.update(owner.folder / "films.bundle")
    content, stranger = owner.films(3), make_keys(tmp_path / "stranger")
    damaged = bytearray(content)
    damaged[-3000] ^= 1
    forged = bytearray(content)
    forged[300] ^= 1
    for answer, told in (
        (lambda request: request.send_error(404), "404 Not Found"),
        (lambda request: request.send_error(503), "503 Service Unavailable"),
        (lambda request: request.wfile.write(b"nonsense\r\n"), "cannot be fetched"),
        (serve(b"<html>welcome to the hotel</html>"), "is no bundle of Emoflix"),
        (serve(b""), "is no bundle of Emoflix"),
        (serve(content[:80]), "cut short"),
        (serve(content[:5000], stated_bytes=len(content)), "cut short"),
        (serve(content + b"more"), "more than it should"),
        (serve(bytes(damaged)), "damaged"),
        (serve(bytes(forged)), "its signature is wrong"),
        (serve(owner.films(3, stranger.secret)), "signed by the key"),
    ):
        web.answer = answer
        refused = owner.update(sources=[f"{web.address}/films.bundle"])
        assert refused.exit_code == 1, refused.output
        assert told in refused.output
        assert refused.output.count("\n") == 1
        assert owner.films_on_the_box() == 2
    assert not any(file.name.startswith(".") for file in (owner.box / "state").iterdir())


def test_one_bad_source_does_not_keep_the_others_out(owner: Owner) -> None:
    owner.films(3)
    told = owner.update(sources=["/nowhere", str(owner.folder / "films.bundle")])
    assert told.exit_code == 1
    assert "/nowhere: cannot be read" in told.output
    assert owner.films_on_the_box() == 3


def test_a_place_that_is_not_set_is_named(owner: Owner) -> None:
    config = owner.box / "bare.yaml"
    config.write_text(f"update: {{key_file: {owner.keys.public}}}\n", encoding="utf-8")
    owner.films(2)
    runner = click.testing.CliRunner()
    words = ["update", "--config", str(config), str(owner.folder / "films.bundle")]
    told = runner.invoke(emoflix, words)
    assert told.exit_code == 1
    assert "recommender.catalogue: is not set" in told.output


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"key_file": None}, "update.key_file: name the public key"),
        ({"sources": []}, "update.sources: is empty"),
        ({"sources": ["ftp://films"]}, "update.sources"),
    ],
)
def test_a_configuration_that_names_nobody_or_nothing_says_which_key(
    owner: Owner, keys: dict[str, object], told: str
) -> None:
    refused = owner.update(**keys)
    assert refused.exit_code != 0
    assert told in str(refused.exception)


def test_the_unit_hears_of_news_alone(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = owner.box / "run"
    runtime.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(runtime))
    owner.films(2)
    owner.update("/nowhere")
    assert list(runtime.iterdir()) == []
    owner.update(owner.folder / "films.bundle")
    assert [file.name for file in runtime.iterdir()] == ["installed"]


def test_the_command_packs_a_network(owner: Owner) -> None:
    out = owner.folder / "network.bundle"
    words = ["bundle-model", str(BUNDLED_MODEL), str(out), "--key", str(owner.keys.secret)]
    told = click.testing.CliRunner().invoke(emoflix, words)
    digest = hashlib.sha256(BUNDLED_MODEL.read_bytes()).hexdigest()
    assert told.output == f"{out}: network {digest[:16]}\n"
    card = json.loads(BUNDLED_MODEL.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == digest


def test_an_address_that_is_none_is_one_line(owner: Owner) -> None:
    told = owner.update("http://[::1/films.bundle")
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert "cannot be fetched (" in told.output


def test_a_disk_that_fills_while_fetching_is_not_taken_for_the_network(
    owner: Owner, web: Web
) -> None:
    web.answer = serve(owner.films(4) + bytes(1 << 20))
    told = full_disk(owner, f"{web.address}/films.bundle")
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "state: cannot be written (File too large)" in told.stderr


def full_disk(owner: Owner, source: str) -> subprocess.CompletedProcess[str]:
    """An update where no file can have more than 4 kB: the kernel refuses to write the rest."""
    owner.update()  # writes the configuration
    program = """
import resource, signal
from emoflix_device.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
no_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, no_limit[1]))
try:
    main()
finally:  # what measures the tests writes, too
    resource.setrlimit(resource.RLIMIT_FSIZE, no_limit)
"""
    config = owner.box / "emoflix.yaml"
    return subprocess.run(
        [sys.executable, "-c", program, "update", "--config", config, source],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_a_pulled_plug_left_of_fetching_goes_with_the_next(owner: Owner, web: Web) -> None:
    (owner.box / "state").mkdir()
    left = owner.box / "state" / ".fetched-abc.bundle"
    left.write_bytes(b"half of it")
    web.answer = serve(owner.films(4))
    assert owner.update(sources=[f"{web.address}/films.bundle"]).exit_code == 0
    assert not left.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_gives_away_what_it_installed_and_nothing_else(owner: Owner) -> None:
    state = owner.box / "state"
    state.mkdir()
    (state / "roots-own").write_text("secret")
    os.chown(state, 4321, 4322)
    owner.films(4)
    assert owner.update(owner.folder / "films.bundle").exit_code == 0
    owners = {file.name: file.stat().st_uid for file in state.iterdir()}
    assert owners.pop("roots-own") == 0
    assert set(owners.values()) == {4321}
