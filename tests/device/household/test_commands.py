import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from emoflix_catalog.importers.contract import SourceError
from emoflix_device.cli import emoflix
from emoflix_device.config import HouseholdSettings
from emoflix_device.errors import StateError
from emoflix_device.household import (
    Feedback,
    HouseholdError,
    HouseholdStore,
    Preferences,
    SlateRecord,
    open_household,
    viewer_of,
)
from emoflix_device.household.key import make_key
from emoflix_device.household.retention import LIMITS
from emoflix_device.privacy import HOLDS, how_long

PRIVACY_PAGE = Path(__file__).resolve().parents[3] / "docs" / "privacy.md"


def configured(folder: Path, **household: Any) -> Path:
    """A configuration whose state is in `folder`."""
    config = folder / "emoflix.yaml"
    settings = {"state_dir": str(folder), "household": household}
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return config


def emoflix_says(*arguments: str | Path, answer: str | None = None) -> Result:
    return CliRunner().invoke(emoflix, [*map(str, arguments)], input=answer)


@pytest.fixture
def config(tmp_path: Path, tonight: dt.datetime) -> Path:
    """Of a household with two profiles, one of which said something."""
    with open_household(HouseholdSettings(), tmp_path) as store:
        store.profiles.create("Anna")
        store.profiles.create("Bo")
        store.profiles.select("Bo")
        store.give_consent(tonight)
        store.history.add("Anna", Feedback(film="joji-2021", kind="like"), tonight)
    return configured(tmp_path)


def test_profiles_are_listed_with_how_much_they_said(config: Path) -> None:
    said = emoflix_says("profile", "list", "--config", config)
    assert said.output == "Anna: 1 answers, 0 slates\nBo: 0 answers, 0 slates  (watching now)\n"


def test_an_export_is_a_json_document_and_nothing_else(config: Path) -> None:
    said = emoflix_says("profile", "export", "Anna", "--config", config)
    document = json.loads(said.output)
    assert document["profile"] == "Anna"
    assert [one["film"] for one in document["feedback"]] == ["joji-2021"]


def test_erasing_asks_first_and_takes_no_for_an_answer(config: Path) -> None:
    said = emoflix_says("profile", "erase", "Anna", "--config", config, answer="n\n")
    assert "Erase Anna with 1 answers, for good?" in said.output
    assert said.exit_code == 1
    assert "Anna" in emoflix_says("profile", "list", "--config", config).output


LETTERBOXD = (
    "Date,Name,Year,Letterboxd URI,Rating\n"
    "2024-05-02,Drishyam,2013,https://boxd.it/1,4.5\n"
    "2024-05-03,Joji,2021,https://boxd.it/2,1\n"
    "2024-05-03,No Such Film,2021,https://boxd.it/3,5\n"
)


def test_a_history_from_elsewhere_is_taken_in_once(config: Path, tmp_path: Path) -> None:
    table = tmp_path / "ratings.csv"
    table.write_text(LETTERBOXD, encoding="utf-8")
    arguments = ("profile", "import", "Anna", "letterboxd", table, "--config", config)
    said = emoflix_says(*arguments)
    assert said.exit_code == 0, said.exception
    assert said.output == (
        "Anna: 2 of 2 films were new.\n1 are not in the catalogue, such as No Such Film.\n"
    )
    assert emoflix_says(*arguments).output.startswith("Anna: 0 of 2 films were new.")
    with open_household(HouseholdSettings(), tmp_path) as store:
        viewer = viewer_of(Preferences(), store.history.of("Anna"))
    assert viewer.liked == ("drishyam-2013", "joji-2021")  # what was said here outweighs the star
    assert viewer.seen == {"drishyam-2013", "joji-2021"}


def test_a_history_that_cannot_be_read_adds_nothing(config: Path, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.csv"
    said = emoflix_says("profile", "import", "Anna", "letterboxd", missing, "--config", config)
    assert isinstance(said.exception, SourceError)
    assert str(missing) in str(said.exception)
    said = emoflix_says("profile", "list", "--config", config)
    assert "Anna: 1 answers" in said.output


@pytest.mark.parametrize(("arguments", "answer"), [(["--yes"], None), ([], "y\n")])
def test_an_erased_profile_is_gone(config: Path, arguments: list[str], answer: str | None) -> None:
    said = emoflix_says("profile", "erase", "Anna", "--config", config, *arguments, answer=answer)
    assert said.exit_code == 0
    assert "Anna is erased." in said.output
    assert "Anna" not in emoflix_says("profile", "list", "--config", config).output


@pytest.mark.parametrize("command", ["export", "erase"])
def test_a_profile_that_is_not_there_is_named_beside_those_that_are(
    config: Path, command: str
) -> None:
    said = emoflix_says("profile", command, "Cleo", "--config", config)
    assert isinstance(said.exception, HouseholdError)
    assert str(said.exception) == "profile: there is none of this name; there are: Anna, Bo"


@pytest.mark.parametrize("arguments", [("list",), ("export", "Anna"), ("erase", "Anna", "--yes")])
def test_no_store_is_made_by_asking_for_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    config = configured(tmp_path)
    said = emoflix_says("profile", *arguments, "--config", config)
    assert isinstance(said.exception, StateError)
    assert "household.db: nothing is kept yet" in str(said.exception)
    assert [part.name for part in tmp_path.iterdir()] == ["emoflix.yaml"]


def test_the_program_tells_an_error_in_one_line_and_ends_with_2(config: Path) -> None:
    (config.parent / "household.key").write_text("00" * 32)
    ended = subprocess.run(
        [sys.executable, "-m", "emoflix_device", "profile", "list", "--config", config],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert "household.key is not what it was encrypted with" in line


def test_a_plain_store_is_encrypted_by_command(tmp_path: Path) -> None:
    with open_household(HouseholdSettings(plain=True), tmp_path) as store:
        store.profiles.create("Anna")
    config = configured(tmp_path)
    said = emoflix_says("profile", "encrypt", "--config", config)
    assert f"is encrypted with the key in {tmp_path}/household.key" in said.output
    assert "Anna" in emoflix_says("profile", "list", "--config", config).output


def test_what_was_kept_long_enough_is_deleted_by_command(config: Path) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
    with open_household(HouseholdSettings(), config.parent) as store:
        for name, at in (("old", long_ago), ("new", long_ago + dt.timedelta(days=2))):
            store.slates.add("Anna", SlateRecord(slate=name, at=at, offers=(), policy="p"))
    said = emoflix_says("profile", "sweep", "--config", config)
    assert (said.exit_code, said.output) == (0, "Deleted: 1 slates shown.\n")
    assert "Anna: 1 answers, 1 slates" in emoflix_says("profile", "list", "--config", config).output
    again = emoflix_says("profile", "sweep", "--config", config)
    assert again.output == "Nothing has been kept long enough to be deleted.\n"


def test_privacy_tells_what_is_kept_with_counts_and_how_long(config: Path) -> None:
    said = emoflix_says("privacy", "--config", config).output
    assert f"What is kept, in {config.parent}/household.db:" in said
    assert "      2  profiles: names of your choosing" in said
    assert "      1  answers to films: likes, ratings" in said
    assert "      0  slates shown: " in said
    assert "for 90 days" in said
    assert "Camera: may be looked through, agreed to on 2026-05-01T20:15." in said
    assert "Mood: none is kept; it is in memory only." in said
    assert "Never kept or sent: pictures" in said
    assert "who holds the card can, for the key" in said


def test_privacy_tells_of_a_key_that_is_not_beside_the_store(
    tmp_path: Path, small_disk: Path
) -> None:
    key = small_disk / "household.key"
    make_key(key)
    config = configured(tmp_path, key_file=str(key))
    open_household(HouseholdSettings(key_file=key), tmp_path).close()
    said = emoflix_says("privacy", "--config", config).output
    assert f"only who has the key, {key}, which is not on the same file system" in said


def test_privacy_tells_of_a_store_that_anybody_may_read(tmp_path: Path) -> None:
    config = configured(tmp_path, plain=True)
    HouseholdStore(tmp_path / "household.db").close()
    (tmp_path / "household.db").chmod(0o644)
    said = emoflix_says("privacy", "--config", config).output
    assert "others whom the file's mode lets in" in said
    assert "it is not encrypted" in said
    assert "Camera: nobody has agreed to it, so no frame is looked at." in said


def test_privacy_of_a_box_that_keeps_nothing_yet(tmp_path: Path) -> None:
    said = emoflix_says("privacy", "--config", configured(tmp_path))
    assert said.exit_code == 0
    assert "Nothing is kept yet" in said.output
    assert not (tmp_path / "household.db").exists()


def test_every_table_with_a_limit_is_told_of() -> None:
    assert {*LIMITS} < {*HOLDS}


def test_the_privacy_page_tells_the_same_limits_as_the_program() -> None:
    page = PRIVACY_PAGE.read_text(encoding="utf-8")
    for table, (name, holds) in HOLDS.items():
        assert f"| {name} | {holds} | {how_long(table)} |" in page
