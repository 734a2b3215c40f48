"""A network in a signed bundle, into a folder of a box and back out of it."""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emoflix_catalog.container import Manifest, write_container
from emoflix_catalog.errors import BundleError
from emoflix_catalog.signing import KeyFiles, make_keys, read_secret
from emoflix_device.config import VisionSettings
from emoflix_device.errors import ModelError
from emoflix_device.model_bundle import FORM, KIND, Installed, install, pack, reads_plain_faces
from emoflix_device.vision.card import BUNDLED_MODEL
from emoflix_device.vision.expression import open_expression_model

Network = Callable[[str], Path]


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path / "owner")


@pytest.fixture
def bundle(tmp_path: Path, keys: KeyFiles) -> Network:
    """Packs the project's own network, told apart by a note behind its end."""

    def make(note: str) -> Path:
        folder = tmp_path / f"desktop-{note}"
        folder.mkdir()
        model = folder / "expression.tflite"
        model.write_bytes(BUNDLED_MODEL.read_bytes() + note.encode())
        card = json.loads(BUNDLED_MODEL.with_suffix(".json").read_text(encoding="utf-8"))
        card["sha256"] = hashlib.sha256(model.read_bytes()).hexdigest()
        model.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
        out = tmp_path / f"{note}.bundle"
        pack(model, out, keys.secret)
        return out

    return make


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "box" / "expression.tflite"


def loads(model: Path) -> None:
    open_expression_model(model)


def on_the_box(target: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in target.parent.iterdir()}


def test_a_network_is_read_through_its_link_with_the_card_that_came_with_it(
    bundle: Network, keys: KeyFiles, target: Path
) -> None:
    first = install(bundle("first"), keys.public, target, check=loads)
    assert first == Installed(target, first.version, None)
    assert target.read_bytes().endswith(b"first")
    second = install(bundle("second"), keys.public, target, check=loads)
    assert second.former == first.version
    assert target.read_bytes().endswith(b"second")
    card = open_expression_model(target).card
    assert card.sha256.startswith(second.version)
    # The former is swept away: the link, a network and a card.
    assert len(on_the_box(target)) == 3


def test_the_project_s_network_passes_the_check_and_one_that_guesses_does_not(
    model_with_card: Callable[..., Path],
) -> None:
    reads_plain_faces(BUNDLED_MODEL, VisionSettings())
    with pytest.raises(ModelError, match="reads a face of the bundled clip that looks"):
        reads_plain_faces(model_with_card(), VisionSettings())


def test_what_fails_the_check_changes_nothing(
    bundle: Network, keys: KeyFiles, target: Path
) -> None:
    install(bundle("good"), keys.public, target, check=loads)
    before = on_the_box(target)

    def refuse(model: Path) -> None:
        raise ModelError(f"{model}: reads wrong")

    with pytest.raises(ModelError, match="reads wrong"):
        install(bundle("bad"), keys.public, target, check=refuse)
    assert on_the_box(target) == before


@pytest.mark.parametrize("had_one", [True, False])
def test_what_works_unpacked_but_not_in_its_place_is_taken_back(
    bundle: Network, keys: KeyFiles, target: Path, *, had_one: bool
) -> None:
    if had_one:
        install(bundle("good"), keys.public, target, check=loads)
    target.parent.mkdir(exist_ok=True)
    before = on_the_box(target)

    def refuse_in_place(model: Path) -> None:
        if model == target:
            raise ModelError(f"{model}: reads wrong here")

    with pytest.raises(ModelError, match="reads wrong here"):
        install(bundle("bad"), keys.public, target, check=refuse_in_place)
    assert on_the_box(target) == before


def test_another_key_s_or_a_cut_or_changed_bundle_is_refused(
    bundle: Network, keys: KeyFiles, target: Path, tmp_path: Path
) -> None:
    install(bundle("good"), keys.public, target, check=loads)
    before, new = on_the_box(target), bundle("new")
    with pytest.raises(BundleError, match="signed by the key"):
        install(new, make_keys(tmp_path / "stranger").public, target, check=loads)
    content = new.read_bytes()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    for wrong in (content[:-1], content[:50], bytes(changed)):
        new.write_bytes(wrong)
        with pytest.raises(BundleError, match="copy it again"):
            install(new, keys.public, target, check=loads)
        assert on_the_box(target) == before


def test_a_bundle_of_something_else_is_refused(
    keys: KeyFiles, target: Path, tmp_path: Path
) -> None:
    out, secret = tmp_path / "odd.bundle", read_secret(keys.secret)
    for manifest, told in (
        (Manifest(kind="catalogue", version="1", form=FORM), "holds 'catalogue', not a network"),
        (Manifest(kind=KIND, version="1", form={"card": 99}), "another version of Emoflix"),
        (Manifest(kind=KIND, version="1", form=FORM), "lacks card, model"),
    ):
        write_container(out, manifest, {}, secret)
        with pytest.raises(BundleError, match=told):
            install(out, keys.public, target, check=loads)
        assert not target.exists()


def test_a_card_of_another_network_is_refused(
    bundle: Network, keys: KeyFiles, target: Path, tmp_path: Path
) -> None:
    bundle("mine")
    members = {
        "model": BUNDLED_MODEL,
        "card": tmp_path / "desktop-mine" / "expression.json",
    }
    out = tmp_path / "mixed.bundle"
    manifest = Manifest(kind=KIND, version="1", form=FORM)
    write_container(out, manifest, members, read_secret(keys.secret))
    with pytest.raises(ModelError, match="they do not belong together"):
        install(out, keys.public, target, check=loads)


def test_a_file_of_the_owner_s_is_left_alone(bundle: Network, keys: KeyFiles, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"my own")
    with pytest.raises(ModelError, match="that no update brought"):
        install(bundle("new"), keys.public, target, check=loads)
    assert on_the_box(target) == {target.name: b"my own"}


@pytest.mark.parametrize(("moment", "runs"), [("unpacked", b"former"), ("turned", b"later")])
def test_killed_it_leaves_the_former_or_the_new_one_and_the_next_time_sweeps(
    bundle: Network, keys: KeyFiles, target: Path, moment: str, runs: bytes
) -> None:
    install(bundle("former"), keys.public, target, check=loads)
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from emoflix_device.model_bundle import install;"
        "bundle, key, target = map(Path, sys.argv[1:4]); turned = sys.argv[4] == 'turned';\n"
        "def check(model):\n"
        "    if (model == target) == turned: os.kill(os.getpid(), signal.SIGKILL)\n"
        "install(bundle, key, target, check=check)"
    )
    later = bundle("later")
    child = subprocess.run(
        [sys.executable, "-c", code, later, keys.public, target, moment], check=False
    )
    assert child.returncode == -signal.SIGKILL
    loads(target)
    assert target.read_bytes().endswith(runs)
    install(later, keys.public, target, check=loads)
    assert target.read_bytes().endswith(b"later")
    assert len(on_the_box(target)) == 3
