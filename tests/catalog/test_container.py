import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.container import Manifest, open_container, write_container
from emoflix_catalog.errors import BundleError, SigningError
from emoflix_catalog.signing import make_keys, read_public, read_secret

MODEL = Path(__file__).parents[2] / "device" / "emoflix_device" / "models" / "expression.tflite"
MANIFEST = Manifest(kind="expression-model", version="1", form={"card": 1})


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A secret key and its public half."""
    made = make_keys(tmp_path_factory.mktemp("keys") / "home")
    return read_secret(made.secret), read_public(made.public)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory, keys: tuple[bytes, bytes]) -> bytes:
    """The bytes of a container of two small files."""
    folder = tmp_path_factory.mktemp("packed")
    (folder / "one").write_bytes(b"first")
    (folder / "two").write_bytes(b"the second")
    members = {name: folder / name for name in ("one", "two")}
    write_container(folder / "out", MANIFEST, members, keys[0])
    return (folder / "out").read_bytes()


def test_a_model_and_its_card_come_out_as_they_went_in(
    tmp_path: Path, keys: tuple[bytes, bytes]
) -> None:
    members = {file.name: file for file in (MODEL, MODEL.with_suffix(".json"))}
    write_container(tmp_path / "model", MANIFEST, members, keys[0])
    with open_container(tmp_path / "model", keys[1]) as container:
        assert (container.manifest.kind, container.manifest.version) == ("expression-model", "1")
        for name, file in reversed(members.items()):
            container.extract(name, tmp_path / name)
            assert (tmp_path / name).read_bytes() == file.read_bytes()
        with pytest.raises(BundleError, match="holds no other"):
            container.extract("other", tmp_path / "other")


def test_the_same_files_give_the_same_bytes(tmp_path: Path, keys: tuple[bytes, bytes]) -> None:
    for out in ("one", "two"):
        write_container(tmp_path / out, MANIFEST, {"card": MODEL.with_suffix(".json")}, keys[0])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_another_key_is_refused_by_name(
    tmp_path: Path, packed: bytes, keys: tuple[bytes, bytes]
) -> None:
    (tmp_path / "bundle").write_bytes(packed)
    other = read_public(make_keys(tmp_path / "other").public)
    with (
        pytest.raises(BundleError, match="signed by the key") as told,
        open_container(tmp_path / "bundle", other),
    ):
        pass
    for key in (keys[1], other):
        assert hashlib.sha256(key).hexdigest()[:16] in str(told.value)


def unpack(folder: Path, public: bytes) -> None:
    with open_container(folder / "bundle", public) as container:
        for member in container.manifest.members:
            container.extract(member.name, folder / member.name)


@given(data=st.data())
def test_no_changed_or_missing_byte_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    packed: bytes,
    keys: tuple[bytes, bytes],
) -> None:
    at = data.draw(st.integers(0, len(packed) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    wrong = data.draw(
        st.sampled_from(
            [packed[:at], packed[:at] + bytes([packed[at] ^ bit]) + packed[at + 1 :], packed + b"x"]
        )
    )
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "bundle").write_bytes(wrong)
    with pytest.raises(BundleError, match="bundle: "):
        unpack(folder, keys[1])


def test_a_pair_of_keys_is_never_written_over(tmp_path: Path) -> None:
    made = make_keys(tmp_path / "home")
    before = made.secret.read_bytes()
    with pytest.raises(SigningError, match="is there already"):
        make_keys(tmp_path / "home")
    assert made.secret.read_bytes() == before
    assert made.secret.stat().st_mode & 0o777 == 0o600
    made.secret.rename(tmp_path / "kept")
    with pytest.raises(SigningError, match=r"home\.pub: is there already"):
        make_keys(tmp_path / "home")
    assert not made.secret.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "is no key"), ("emoflix-public-key-1 AAAA", "is no key"), ("\u0d26", "it is no text")],
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "key").write_text(text, encoding="utf-8")
    with pytest.raises(SigningError, match=told):
        read_public(tmp_path / "key")


def test_the_halves_of_a_pair_are_told_apart(tmp_path: Path) -> None:
    made = make_keys(tmp_path / "home")
    with pytest.raises(SigningError, match="belongs on the desktop"):
        read_public(made.secret)
    with pytest.raises(SigningError, match="name the secret one"):
        read_secret(made.public)
