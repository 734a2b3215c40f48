"""`emoflix check` says of each part whether it is right, and what is wrong in plain words."""

from pathlib import Path
from typing import Any

from tests.end_to_end.emoflix import carried_out
from tests.mosquitto import HOST, Mosquitto, free_port


def checked(folder: Path, **sections: Any) -> tuple[int, dict[str, str]]:
    """Exit code, and each part's line by its name."""
    settings = {"device": "sofa", "state_dir": "state", "camera": {"source": "clip"}, **sections}
    ended = carried_out("check", folder, settings)
    assert ended.stderr == ""  # a fault is told once, in its line
    return ended.returncode, {line.split()[1]: line for line in ended.stdout.splitlines()}


def test_all_is_well(mosquitto: Mosquitto, tmp_path: Path) -> None:
    code, lines = checked(tmp_path, mqtt={"host": HOST, "port": mosquitto.port})
    assert code == 0
    parts = ["model", "catalogue", "state", "camera", "broker", "player"]
    assert list(lines) == ["configuration", *parts]
    assert all(line.startswith("ok") for line in lines.values())
    assert "films" in lines["catalogue"]


def test_each_fault_is_named_and_hides_no_other(tmp_path: Path) -> None:
    port = free_port()
    code, lines = checked(
        tmp_path,
        camera={"source": "/dev/video99"},
        vision={"expression_model": "nowhere.tflite"},
        mqtt={"host": HOST, "port": port},
        playing={"kodi": {"url": f"http://{HOST}:{port}"}},
    )
    assert code == 1
    wrong = {name: line for name, line in lines.items() if line.startswith("WRONG")}
    assert list(wrong) == ["model", "camera", "broker", "player"]
    assert "nowhere.tflite: cannot be read" in wrong["model"]
    assert "/dev/video99" in wrong["camera"]
    assert f"nothing listens at {HOST}:{port}" in wrong["broker"]
    assert f"Kodi at http://{HOST}:{port} cannot be reached" in wrong["player"]


def test_a_text_file_called_mp4_is_no_camera(mosquitto: Mosquitto, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("this is no film\n" * 100, encoding="utf-8")
    code, lines = checked(
        tmp_path,
        camera={"source": str(tmp_path / "film.mp4")},
        mqtt={"host": HOST, "port": mosquitto.port},
    )
    assert code == 1
    assert "film.mp4" in lines["camera"]


def test_a_refused_password_is_told(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong\n", encoding="utf-8")
    with Mosquitto(tmp_path, users={"device": "right"}) as broker:
        code, lines = checked(
            tmp_path,
            mqtt={
                "host": HOST,
                "port": broker.port,
                "user": "device",
                "password_file": "password",
            },
        )
    assert code == 1
    assert "refuses the user 'device'" in lines["broker"]
