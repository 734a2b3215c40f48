"""Phones are paired one by one, each with a user of its own."""

from pathlib import Path

import pytest

from emoflix_device.errors import ConfigurationError, StateError
from emoflix_device.web.pairing import INVITATION_S, BrokerUser, Pairing, read_users

USERS = {"phone-01": "secret one", "phone-02": "secret two"}


class Now:
    def __init__(self) -> None:
        self.s = 1_000_000.0

    def __call__(self) -> float:
        return self.s


def pairing(folder: Path, now: Now | None = None) -> Pairing:
    return Pairing(folder / "state" / "phones.db", USERS, now_s=now or Now())


def paired(at: Pairing) -> str:
    secret = at.accept(at.invite())
    assert secret not in {"unknown", "full"}
    return secret


def test_each_phone_gets_a_user_of_its_own(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    assert phones.user_of(paired(phones)) == BrokerUser("phone-01", "secret one")
    assert phones.user_of(paired(phones)) == BrokerUser("phone-02", "secret two")


def test_an_invitation_is_good_for_one_phone(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    token = phones.invite()
    assert phones.accept(token) != "unknown"
    assert phones.accept(token) == "unknown"


def test_an_invitation_runs_out(tmp_path: Path) -> None:
    now = Now()
    phones = pairing(tmp_path, now)
    token = phones.invite()
    now.s += INVITATION_S + 1
    assert phones.accept(token) == "unknown"


def test_an_invented_invitation_or_secret_is_worth_nothing(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    assert phones.accept("a" * 22) == "unknown"
    assert phones.user_of("a" * 43) is None


def test_a_secret_of_bytes_that_are_no_text_is_worth_nothing(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    assert phones.user_of(b"\xff\xfe".decode(errors="surrogateescape")) is None


def test_when_all_users_have_phones_the_invitation_stays_good(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    paired(phones)
    paired(phones)
    token = phones.invite()
    assert phones.accept(token) == "full"
    assert phones.forget("phone-01")
    assert phones.accept(token) not in {"full", "unknown"}


def test_a_forgotten_phone_is_let_in_no_more(tmp_path: Path) -> None:
    phones = pairing(tmp_path)
    secret = paired(phones)
    assert phones.forget("phone-01")
    assert phones.user_of(secret) is None
    assert not phones.forget("phone-01")


def test_phones_are_remembered_and_their_secrets_are_not(tmp_path: Path) -> None:
    secret = paired(pairing(tmp_path))
    assert pairing(tmp_path).user_of(secret) == BrokerUser("phone-01", "secret one")
    kept = (tmp_path / "state" / "phones.db").read_bytes()
    assert secret.encode() not in kept
    assert b"secret one" not in kept


def test_a_user_that_the_broker_no_longer_has_is_nobody(tmp_path: Path) -> None:
    secret = paired(pairing(tmp_path))
    left = Pairing(tmp_path / "state" / "phones.db", {"phone-02": "x"})
    assert left.user_of(secret) is None


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "phones.db").write_text("a letter" * 100, encoding="utf-8")
    with pytest.raises(StateError, match=r"phones\.db"):
        pairing(tmp_path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "no users"), ("phone", "line 1"), ("# x\na/b:c\n", "line 2"), (":password", "line 1")],
)
def test_a_bad_file_of_users_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "users"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=fault):
        read_users(file)


def test_a_password_may_hold_a_colon(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("# phones\n\nphone-01:a:b\n", encoding="utf-8")
    assert read_users(file) == {"phone-01": "a:b"}
