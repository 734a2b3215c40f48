import datetime as dt
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from emoflix_catalog import bundle
from emoflix_catalog.build import write_catalogue
from emoflix_catalog.bundle import Installed, install, pack, whole
from emoflix_catalog.container import Manifest, open_container, write_container
from emoflix_catalog.errors import BundleError, CatalogueError
from emoflix_catalog.features.collaborative import fit_collaborative, write_collaborative
from emoflix_catalog.features.factors import ENGINES
from emoflix_catalog.features.sentiment import Sentiment, write_sentiment
from emoflix_catalog.features.transforms import SHIPPED, transforms_path
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Found, Tally
from emoflix_catalog.importers.records import open_records, records_path
from emoflix_catalog.looks import network_path
from emoflix_catalog.reviews import review_reader, sentiment_path
from emoflix_catalog.signing import KeyFiles, make_keys, read_public, read_secret
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.whole import alone

CLI = [sys.executable, "-m", "emoflix_catalog"]
FILMS = [
    Film(
        id=f"film-{number}",
        title=f"Film {number}",
        original_title=f"Film {number}",
        year=2000 + number,
        genres=("drama",),
    )
    for number in range(6)
]


class Desk(NamedTuple):
    """A desktop's bundle of FILMS, and a box with two of them."""

    bundle: Path
    keys: KeyFiles
    catalogue: Path
    """On the desktop."""
    box: Path
    """The catalogue on the box."""


@pytest.fixture(scope="session")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Made once: packing and fitting take their time."""
    folder = tmp_path_factory.mktemp("desktop")
    keys = make_keys(folder / "home")
    catalogue, box = folder / "desktop" / "films.sqlite", folder / "box" / "catalogue.sqlite"
    version = write_catalogue(FILMS, catalogue).version
    viewers = np.repeat(np.arange(3, dtype=np.int32), len(FILMS))
    films = np.tile(np.arange(len(FILMS), dtype=np.int64), 3)
    liked, _ = fit_collaborative(len(FILMS), viewers, films, ENGINES["implicit"])
    write_collaborative(catalogue, version, liked)
    with open_records(records_path(catalogue)):
        pass
    pack(catalogue, folder / "films.bundle", keys.secret)
    write_catalogue(FILMS[:2], box)
    return Desk(folder / "films.bundle", keys, catalogue, box)


@pytest.fixture
def desk(desktop: Desk, tmp_path: Path) -> Desk:
    """The same, with a bundle and a box that may be spoilt."""
    shutil.copytree(desktop.box.parent, tmp_path / "box")
    shutil.copy(desktop.bundle, tmp_path)
    return desktop._replace(
        bundle=tmp_path / desktop.bundle.name, box=tmp_path / "box" / desktop.box.name
    )


@pytest.fixture
def put(desk: Desk) -> Callable[..., Installed]:
    """A function that installs the desktop's bundle on the box."""
    return lambda **options: install(desk.bundle, desk.keys.public, desk.box, **options)


def state(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_box_gets_all_that_the_desktop_has(desk: Desk, put: Callable[..., Installed]) -> None:
    with open_catalogue(desk.box) as former:
        before = former.version
    installed = put()
    with open_catalogue(desk.catalogue) as there, open_catalogue(desk.box) as here:
        assert (installed.version, installed.former) == (there.version, before)
        assert here.version == there.version
        assert [here.film_at(n) for n in range(6)] == [there.film_at(n) for n in range(6)]
        assert here.collaborative is not None
    assert transforms_path(desk.box).read_bytes() == SHIPPED.read_bytes()
    assert records_path(desk.box).read_bytes() == records_path(desk.catalogue).read_bytes()
    assert len(state(desk.box.parent)) == 5


def test_what_reads_reviews_and_pictures_travels_along(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(desk.catalogue.parent, tmp_path / "desktop")
    catalogue = tmp_path / "desktop" / desk.catalogue.name
    one = np.ones(1, np.float32)
    write_sentiment(sentiment_path(catalogue), Sentiment({"good": 0}, one, one, 0.0))
    network_path(catalogue).write_bytes(b"a network")
    pack(catalogue, desk.bundle, desk.keys.secret)
    install(desk.bundle, desk.keys.public, desk.box)
    assert isinstance(review_reader(desk.box), Sentiment)
    assert network_path(desk.box).read_bytes() == b"a network"


def test_a_second_installation_changes_nothing(desk: Desk, put: Callable[..., Installed]) -> None:
    put()
    before = state(desk.box.parent)
    put()
    assert state(desk.box.parent) == before


def test_an_empty_box_gets_a_catalogue(desk: Desk, tmp_path: Path) -> None:
    assert install(desk.bundle, desk.keys.public, tmp_path / "new" / "c.sqlite").former is None
    whole(tmp_path / "new" / "c.sqlite")


def test_a_program_that_has_the_former_open_keeps_it(
    desk: Desk, put: Callable[..., Installed]
) -> None:
    with open_catalogue(desk.box) as former:
        put()
        assert former.film_at(1) == FILMS[1]
        assert former.columns["year"].tolist() == [2000, 2001]


def test_a_film_imported_on_the_box_gets_the_desktop_s_vectors(
    desk: Desk, put: Callable[..., Installed]
) -> None:
    put()
    with open_catalogue(desk.box) as there:
        version = there.version
    assert write_catalogue(FILMS, desk.box).version == version


def test_a_stranger_s_bundle_is_refused(desk: Desk, tmp_path: Path) -> None:
    before = state(desk.box.parent)
    stranger = make_keys(tmp_path / "stranger").public
    with pytest.raises(BundleError, match="signed by the key"):
        install(desk.bundle, stranger, desk.box)
    assert state(desk.box.parent) == before


def test_a_cut_or_changed_bundle_leaves_everything_as_it_was(
    desk: Desk, put: Callable[..., Installed]
) -> None:
    before, whole_ = state(desk.box.parent), desk.bundle.read_bytes()
    changed = bytearray(whole_)
    changed[-5000] ^= 1  # within the store, unpacked last
    for wrong in (whole_[:-1], bytes(changed)):
        desk.bundle.write_bytes(wrong)
        with pytest.raises(BundleError, match="copy it again"):
            put()
        assert state(desk.box.parent) == before


@pytest.mark.parametrize(("schema", "told"), [(0, "by an older"), (99, "by a newer")])
def test_a_bundle_of_another_form_says_what_to_do(
    desk: Desk, put: Callable[..., Installed], schema: int, told: str
) -> None:
    before = state(desk.box.parent)
    form = {**bundle.FORM, "schema": schema}
    manifest = Manifest(kind="catalogue", version="1", form=form)
    members = {"store": desk.catalogue}
    write_container(desk.bundle, manifest, members, read_secret(desk.keys.secret))
    with pytest.raises(BundleError, match=told):
        put()
    assert state(desk.box.parent) == before


def test_a_bundle_of_something_else_is_refused(desk: Desk, put: Callable[..., Installed]) -> None:
    manifest = Manifest(kind="expression-model", version="1", form={})
    write_container(desk.bundle, manifest, {}, read_secret(desk.keys.secret))
    with pytest.raises(BundleError, match="holds 'expression-model', not a catalogue"):
        put()


def test_signed_nonsense_does_not_pass_the_check(desk: Desk, put: Callable[..., Installed]) -> None:
    before = state(desk.box.parent)
    with open_container(desk.bundle, read_public(desk.keys.public)) as container:
        manifest = container.manifest
    nonsense = desk.bundle.with_name("nonsense")
    nonsense.write_bytes(b"nonsense")
    members = {member.name: nonsense for member in manifest.members}
    write_container(desk.bundle, manifest, members, read_secret(desk.keys.secret))
    with pytest.raises(CatalogueError, match="is not a catalogue"):
        put()
    assert state(desk.box.parent) == before


def test_what_does_not_work_in_its_place_is_taken_back(
    desk: Desk, put: Callable[..., Installed]
) -> None:
    before = state(desk.box.parent)

    def refuse_in_place(path: Path) -> None:
        whole(path)
        if path == desk.box:
            raise CatalogueError("no slate can be made of it")

    with pytest.raises(CatalogueError, match="no slate"):
        put(check=refuse_in_place)
    assert state(desk.box.parent) == before


def test_a_bundle_without_room_says_so_and_changes_nothing(desk: Desk) -> None:
    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    before = state(desk.box.parent)
    command = [*CLI, "install", desk.bundle, "--key", desk.keys.public, "--into", desk.box]
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=little_room, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "what was there is unchanged" in done.stderr
    assert state(desk.box.parent) == before


def test_a_bundle_larger_than_the_disk_is_not_begun(
    put: Callable[..., Installed], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(BundleError, match="left, the bundle needs 1 MB"):
        put()


@pytest.mark.parametrize(("moment", "films"), [("unpacked", 2), ("moved", 6)])
def test_killed_it_leaves_the_former_or_the_new_one(desk: Desk, moment: str, films: int) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from emoflix_catalog.bundle import install;"
        "bundle, key, box = map(Path, sys.argv[1:4]); moved = sys.argv[4] == 'moved';\n"
        "def check(path):\n"
        "    if (path == box) == moved: os.kill(os.getpid(), signal.SIGKILL)\n"
        "install(bundle, key, box, check=check)"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, desk.bundle, desk.keys.public, desk.box, moment], check=False
    )
    assert child.returncode == -signal.SIGKILL
    with open_catalogue(desk.box) as catalogue:
        assert len(catalogue) == films
    install(desk.bundle, desk.keys.public, desk.box)
    assert len(state(desk.box.parent)) == 5
    with open_catalogue(desk.box) as catalogue:
        assert len(catalogue) == 6


def test_killed_at_any_time_it_leaves_a_whole_catalogue(desk: Desk) -> None:
    command = [*CLI, "install", desk.bundle, "--key", desk.keys.public, "--into"]
    started = time.monotonic()
    subprocess.run([*command, desk.bundle.with_name("other")], check=True, capture_output=True)
    whole_s = time.monotonic() - started
    for part in range(5, 10):
        child = subprocess.Popen([*command, desk.box], stdout=subprocess.DEVNULL)
        try:
            child.wait(timeout=whole_s * part / 10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        with open_catalogue(desk.box) as catalogue:
            assert catalogue.film_at(len(catalogue) - 1) == FILMS[len(catalogue) - 1]


def test_the_commands_make_a_key_pack_and_install(desk: Desk, tmp_path: Path) -> None:
    def run(*words: object) -> str:
        return subprocess.run(
            [*CLI, *map(str, words)], check=True, capture_output=True, text=True
        ).stdout

    assert "fingerprint" in run("keygen", tmp_path / "mine")
    out = tmp_path / "my.bundle"
    packed = run("bundle", out, "--key", tmp_path / "mine.key", "--catalogue", desk.catalogue)
    assert "6 films" in packed
    told = run("install", out, "--key", tmp_path / "mine.pub", "--into", desk.box)
    assert "6 films, version" in told
    assert "in place of" in told


_HALF_DONE = """
    import os, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE record SET film = zeroblob(length(film))")
    os.kill(os.getpid(), 9)
"""


def test_records_that_a_killed_import_left_half_done_are_packed_as_they_were(
    desktop: Desk, tmp_path: Path
) -> None:
    shutil.copytree(desktop.catalogue.parent, tmp_path / "desktop")
    catalogue = tmp_path / "desktop" / desktop.catalogue.name
    films = [Film(id=f"f{n}", title="F", year=2000, synopsis="s" * 900) for n in range(60)]
    found = [Found("here", film) for film in films]
    with open_records(records_path(catalogue)) as records:
        records.replace("csv", found, Tally(), dt.date(2026, 1, 1), cached=False)
    script = textwrap.dedent(_HALF_DONE)
    subprocess.run([sys.executable, "-c", script, records_path(catalogue)], check=False)
    assert list(catalogue.parent.glob("*-journal")), "the records are half written"
    pack(catalogue, tmp_path / "films.bundle", desktop.keys.secret)
    box = tmp_path / "box" / "catalogue.sqlite"
    install(tmp_path / "films.bundle", desktop.keys.public, box)
    with open_records(records_path(box)) as records:
        assert {film.id for film in records.films()} == {film.id for film in films}


def test_a_bundle_is_not_installed_while_another_program_writes(
    desk: Desk, put: Callable[..., Installed]
) -> None:
    before = state(desk.box.parent)
    with alone(desk.box), pytest.raises(CatalogueError, match="another program is writing"):
        put()
    assert state(desk.box.parent) == before
