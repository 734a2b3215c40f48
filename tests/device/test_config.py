import re
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.config import Settings, load_settings
from emoflix_device.errors import ConfigurationError

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "emoflix.yaml"


def written(folder: Path, text: str) -> Path:
    file = folder / "emoflix.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def complaint_about(file: Path) -> str:
    try:
        load_settings(file)
    except ConfigurationError as error:
        return str(error)
    return ""


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "# nothing yet\n"))
    assert settings == Settings()
    assert re.fullmatch("[a-z0-9-]+", settings.device)


def test_the_shipped_file_explains_every_key_and_holds_the_defaults() -> None:
    assert load_settings(SHIPPED) == Settings()
    shown = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for section in msgspec.structs.fields(Settings):
        if section.name == "device":
            continue
        assert section.name in shown
        if isinstance(section.default, msgspec.Struct):
            keys = [known.name for known in msgspec.structs.fields(section.default)]
            assert list(shown[section.name]) == keys


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "vision: {yunet_model: models/yunet.onnx}"))
    assert settings.vision.yunet_model == tmp_path / "models" / "yunet.onnx"
    settings = load_settings(written(tmp_path, "camera: {source: clips/evening.mp4}"))
    assert settings.camera.source == str(tmp_path / "clips" / "evening.mp4")


@pytest.mark.parametrize(
    "source",
    [
        "picamera",
        "clip",
        "/dev/video0",
        "rtsp://user:word@camera/live",
        "RTSP://cam",
        "~/evening.mp4",
    ],
)
def test_a_source_that_lies_in_no_folder_of_the_file_is_left_alone(
    tmp_path: Path, source: str
) -> None:
    assert load_settings(written(tmp_path, f"camera: {{source: {source}}}")).camera.source == source


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("camera: {sorce: clip}", r"camera\.sorce: is not known here; did you mean source\?"),
        ("zzz: 1", "zzz: is not known here; known are: device, state_dir"),
        ("mqtt: {tls: {ca: x}}", r"mqtt\.tls\.ca: is not known here; known are: ca_file"),
        (
            "vision: {yunet_model: ~no-one-here/yunet}",
            r"vision\.yunet_model: .*nobody of that name has",
        ),
        ("mqtt: {port: '1883'}", r"mqtt\.port: expected int, got str"),
        ("mqtt: {port: 70000}", r"mqtt\.port: expected int <= 65535"),
        ("device: Living Room", r"device: must look like living-room"),
        ("indicator: {led: a b}", r"indicator\.led: must look like ACT"),
        ("update: {sources: [nas]}", r"update\.sources\[0\]: must look like https://…"),
        ("camera: {rotation_deg: 45}", r"camera\.rotation_deg: 45 is not one of the words known"),
        ("recommender: {languages: [xx]}", "recommender: no language 'xx'"),
        ("vision: {yunet_model: 7}", r"vision\.yunet_model: expected a path, got 7"),
        (
            "playing: {jellyfin: {url: nas:8096, key_file: k}}",
            r"playing\.jellyfin\.url: must look like http://nas.local:8096",
        ),
        (
            "playing: {kodi: {url: 'http://me:secret@kodi:8080'}}",
            r"playing\.kodi\.url: must look like .* no user or password in it$",
        ),
        ("playing: {jellyfin: {url: 'http://nas'}}", r"playing\.jellyfin\.key_file: is missing"),
        (
            "playing: {kodi: {url: 'http://a'}, jellyfin: {url: 'http://b', key_file: k}}",
            "playing: jellyfin and kodi exclude each other",
        ),
        ("web: {port: 0}", r"web\.port: expected int >= 1"),
        ("web: {user_file: x}", r"web\.user_file: is not known here; did you mean users_file"),
        ("- a list", r"expected object, got array"),
        ("camera: {source: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_key_and_file(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"emoflix.yaml: {complaint}"):
        load_settings(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml: cannot be read"):
        load_settings(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "emoflix.yaml"
    file.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ConfigurationError, match=r"emoflix\.yaml"):
        load_settings(file)


@given(
    tree=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["camera", "source", "mqtt", "tls", "vision", "yunet_model"])
                | st.text(),
                inner,
            )
        ),
    )
)
def test_any_tree_is_settings_or_a_complaint_of_one_line(
    tmp_path_factory: pytest.TempPathFactory, tree: object
) -> None:
    file = written(tmp_path_factory.getbasetemp(), yaml.safe_dump(tree))
    assert "\n" not in complaint_about(file)
