"""What cannot be used is named in one line, and the program ends with 2."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emoflix_device.vision.card import BUNDLED_MODEL
from tests.end_to_end.emoflix import PROGRAM, carried_out, environment
from tests.mosquitto import free_port


def complaint(folder: Path, **sections: object) -> str:
    """The one line with which `emoflix run` refuses these settings."""
    settings = {"state_dir": "state", "mqtt": {"port": free_port()}, **sections}
    ended = carried_out("run", folder, settings)
    assert ended.returncode == 2, ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def a_model(folder: Path) -> Path:
    """A copy of the bundled model with its card."""
    for suffix in (".tflite", ".json"):
        shutil.copy(BUNDLED_MODEL.with_suffix(suffix), folder)
    return folder / BUNDLED_MODEL.name


def test_a_misspelt_key(tmp_path: Path) -> None:
    line = complaint(tmp_path, camera={"sorce": "clip"})
    assert "emoflix.yaml: camera.sorce: is not known here; did you mean source?" in line


def test_a_missing_model(tmp_path: Path) -> None:
    line = complaint(tmp_path, vision={"expression_model": "nowhere.tflite"})
    assert "nowhere.tflite: cannot be read" in line


def test_a_truncated_model(tmp_path: Path) -> None:
    model = a_model(tmp_path)
    model.write_bytes(model.read_bytes()[:10_000])
    assert "expression.tflite: its sha256" in complaint(
        tmp_path, vision={"expression_model": model.name}
    )


def test_a_model_without_its_card(tmp_path: Path) -> None:
    model = a_model(tmp_path)
    model.with_suffix(".json").unlink()
    assert "expression.json: the model's card cannot be read" in complaint(
        tmp_path, vision={"expression_model": model.name}
    )


def test_a_missing_detector(tmp_path: Path) -> None:
    line = complaint(tmp_path, vision={"yunet_model": "yunet.onnx"})
    assert "yunet.onnx" in line
    assert "fetch-models" in line


def test_a_catalogue_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "films.emoflix").write_text("title,year\n", encoding="utf-8")
    line = complaint(tmp_path, recommender={"catalogue": "films.emoflix"})
    assert "films.emoflix" in line


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    line = complaint(tmp_path, mqtt={"tls": {"ca_file": "ca.crt"}})
    assert "mqtt.tls.ca_file" in line


@pytest.mark.parametrize("name", ["run", "check"])
def test_a_configuration_that_is_not_there(tmp_path: Path, name: str) -> None:
    ended = subprocess.run(
        [PROGRAM, name, "--config", tmp_path / "nowhere.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert ended.returncode == 2
    assert "nowhere.yaml: cannot be read" in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("backup", "den.tar"),
        ("restore", "den.tar"),
        ("privacy",),
        ("profile", "list"),
        ("profile", "encrypt"),
    ],
    ids=" ".join,
)
def test_a_state_folder_that_is_another_users(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0)
    config = tmp_path / "emoflix.yaml"
    config.write_text("state_dir: state\n", encoding="utf-8")
    # What makes root root is that no folder is closed to it.
    as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    ended = subprocess.run(
        [*(as_others if os.geteuid() == 0 else []), PROGRAM, *command, "--config", config],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env=environment(),
    )
    assert ended.returncode == 2, ended.stderr
    (line,) = ended.stderr.splitlines()
    assert f"{tmp_path / 'state'}" in line
