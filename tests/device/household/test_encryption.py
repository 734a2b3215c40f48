import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emoflix_device.config import HouseholdSettings
from emoflix_device.errors import StateError
from emoflix_device.household import Feedback, HouseholdStore
from emoflix_device.household.encrypt import encrypt
from emoflix_device.household.key import Key, make_key, read_key
from emoflix_device.household.opening import encrypt_household, open_household

RAW = Key("5e" * 32, "/etc/emoflix/household.key")
PASSPHRASE = Key("four words' worth of it", "/etc/emoflix/household.key")


@pytest.mark.parametrize("key", [RAW, PASSPHRASE], ids=["raw", "passphrase"])
def test_nothing_that_was_said_can_be_read_without_the_key(
    file: Path, key: Key, tonight: dt.datetime
) -> None:
    with HouseholdStore(file, key) as store:
        store.profiles.create("Annapurna")
        review = Feedback(film="joji-2021", kind="review", review="unmistakable words")
        store.history.add("Annapurna", review, tonight)
        for part in file.parent.iterdir():
            content = part.read_bytes()
            assert b"unmistakable" not in content, part
            assert b"Annapurna" not in content, part
            assert b"SQLite format 3" not in content, part
    with HouseholdStore(file, key) as store:
        assert store.history.of("Annapurna")[0].review == "unmistakable words"


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (Key("00" * 32, "/etc/emoflix/other.key"), "other.key is not what it was encrypted with"),
        (Key("another passphrase", "other"), "other is not what it was encrypted with"),
        (None, "or one that is encrypted: give household.key_file"),
    ],
)
def test_a_wrong_key_is_told_in_one_line_and_changes_nothing(
    file: Path, key: Key | None, fault: str
) -> None:
    HouseholdStore(file, RAW).close()
    before = file.read_bytes()
    with pytest.raises(StateError, match=fault) as refused:
        HouseholdStore(file, key)
    assert "\n" not in str(refused.value)
    assert file.read_bytes() == before


def test_a_wrong_key_makes_the_library_print_nothing_of_its_own(file: Path) -> None:
    HouseholdStore(file, RAW).close()
    program = """
import sys
from pathlib import Path
from emoflix_device.errors import StateError
from emoflix_device.household import HouseholdStore
from emoflix_device.household.key import Key
try:
    HouseholdStore(Path(sys.argv[1]), Key("00" * 32, "other.key"))
except StateError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, file], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_a_plain_store_is_not_opened_with_a_key(file: Path) -> None:
    HouseholdStore(file).close()
    with pytest.raises(StateError, match="not encrypted: encrypt it with `emoflix profile"):
        HouseholdStore(file, RAW)


def test_a_key_is_never_shown() -> None:
    assert RAW.secret not in repr(RAW)


def test_a_key_is_read_from_the_one_line_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "household.key"
    file.write_text("four words' worth of it\n")
    file.chmod(0o600)
    assert read_key(file) == Key("four words' worth of it", str(file))


@pytest.mark.parametrize(
    ("content", "mode", "fault"),
    [
        (b"", 0o600, "one line of at least 16 characters; make one with `openssl rand -hex 32`"),
        (b"too short", 0o600, "one line of at least 16 characters"),
        (b"two lines of them,\nand one too many", 0o600, "one line of at least 16"),
        (b"\xff" * 32, 0o600, "is not text"),
        (b"5e" * 32, 0o644, "others may read it; `chmod o= "),
        (None, 0, "No such file or directory; without its key"),
    ],
)
def test_a_key_file_of_no_use_is_named(
    tmp_path: Path, content: bytes | None, mode: int, fault: str
) -> None:
    file = tmp_path / "household.key"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(StateError, match=fault) as refused:
        read_key(file)
    assert str(refused.value).startswith(f"household.key_file: {file}: ")


def test_a_store_is_encrypted_with_a_key_of_its_own_unless_told_otherwise(tmp_path: Path) -> None:
    with open_household(HouseholdSettings(), tmp_path) as store:
        store.profiles.create("Anna")
    key = tmp_path / "household.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "household.db").stat().st_mode & 0o777 == 0o600
    assert b"SQLite format 3" not in (tmp_path / "household.db").read_bytes()
    with open_household(HouseholdSettings(key_file=key), tmp_path) as store:
        assert store.profiles.names() == ("Anna",)


def test_a_plain_store_is_made_where_that_is_asked_for(tmp_path: Path) -> None:
    open_household(HouseholdSettings(plain=True), tmp_path).close()
    assert [part.name for part in tmp_path.iterdir()] == ["household.db"]
    assert (tmp_path / "household.db").read_bytes().startswith(b"SQLite format 3")


def test_a_key_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    open_household(HouseholdSettings(), tmp_path).close()
    (tmp_path / "household.key").unlink()
    with pytest.raises(StateError, match=r"household.key: is gone"):
        open_household(HouseholdSettings(), tmp_path)
    assert not (tmp_path / "household.key").exists()


def test_a_key_and_a_plain_store_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        HouseholdSettings(key_file=tmp_path / "household.key", plain=True)


def test_of_two_that_make_a_key_at_once_the_first_counts(tmp_path: Path) -> None:
    file = tmp_path / "household.key"
    make_key(file)
    first = read_key(file)
    make_key(file)
    assert read_key(file) == first
    assert [part.name for part in tmp_path.iterdir()] == ["household.key"]


def test_a_folder_that_a_key_cannot_be_made_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"household.key: the key cannot be written"):
        make_key(tmp_path / "nowhere" / "household.key")


def test_a_plain_store_is_encrypted_with_all_it_holds(file: Path, tonight: dt.datetime) -> None:
    with HouseholdStore(file) as store:
        store.profiles.create("Annapurna")
        store.history.add("Annapurna", Feedback(film="joji-2021", kind="like"), tonight)
    encrypt(file, RAW)
    assert [part.name for part in file.parent.iterdir()] == ["household.db"]
    assert b"Annapurna" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    with HouseholdStore(file, RAW) as store:
        assert [said.film for said in store.history.of("Annapurna")] == ["joji-2021"]
        assert store.profiles.create("Bo") == "Bo"


def test_a_store_that_is_open_elsewhere_is_not_encrypted(file: Path) -> None:
    program = """
import sys
from pathlib import Path
from emoflix_device.household import HouseholdStore
store = HouseholdStore(Path(sys.argv[1]))
store.profiles.create("Anna")
print(flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StateError, match="the service must be stopped"):
            encrypt(file, RAW)
        other.communicate("")
    with HouseholdStore(file) as store:
        assert store.profiles.names() == ("Anna",)


def test_what_is_no_plain_store_is_not_encrypted(file: Path) -> None:
    with pytest.raises(StateError, match="there is no store to encrypt"):
        encrypt(file, RAW)
    HouseholdStore(file, RAW).close()
    before = file.read_bytes()
    with pytest.raises(StateError, match="must be a plain store"):
        encrypt(file, RAW)
    assert file.read_bytes() == before
    assert [part.name for part in file.parent.iterdir()] == ["household.db"]


def test_a_household_that_was_plain_is_encrypted_with_a_key_of_its_own(tmp_path: Path) -> None:
    with open_household(HouseholdSettings(plain=True), tmp_path) as store:
        store.profiles.create("Anna")
    with pytest.raises(StateError, match=r"household\.plain: is true"):
        encrypt_household(HouseholdSettings(plain=True), tmp_path)
    with pytest.raises(StateError, match="is encrypted by `emoflix profile encrypt`"):
        open_household(HouseholdSettings(), tmp_path)
    key = encrypt_household(HouseholdSettings(), tmp_path)
    assert key == tmp_path / "household.key"
    with open_household(HouseholdSettings(), tmp_path) as store:
        assert store.profiles.names() == ("Anna",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_encrypts_stays_the_services_own(tmp_path: Path) -> None:
    open_household(HouseholdSettings(plain=True), tmp_path).close()
    service = (4321, 4322)
    os.chown(tmp_path, *service)
    os.chown(tmp_path / "household.db", *service)
    encrypt_household(HouseholdSettings(), tmp_path)
    for name in ("household.db", "household.key"):
        kept = (tmp_path / name).stat()
        assert (kept.st_uid, kept.st_gid) == service
