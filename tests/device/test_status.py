import datetime as dt
import json
import socket
import urllib.request
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from emoflix_device.config import MetricsSettings, Settings
from emoflix_device.errors import ConfigurationError, StateError
from emoflix_device.metrics import open_metrics
from emoflix_device.mqtt.messages import HealthMessage, InfoMessage, SettingsMessage
from emoflix_device.status import Status, StatusBoard, read_status, write_status
from emoflix_device.status_command import faults
from emoflix_device.status_command import status as status_command
from tests.mosquitto import free_port

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
HEALTH = HealthMessage(
    frames_in=1000,
    frames_processed=990,
    frames_dropped=10,
    frames_per_s=9.9,
    face_ms=5.25,
    memory_mb=120.5,
    uptime_s=93_784,
    broker_reconnects=2,
    camera_restarts=1,
)
STATUS = Status(
    at=NOON,
    pid=42,
    program="0.1.0",
    model="abc",
    catalogue="def",
    camera="on",
    camera_fault=None,
    broker_fault=None,
    health=HEALTH,
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "emoflix.yaml"
    file.write_text(f"device: den\nstate_dir: {tmp_path}\n", encoding="utf-8")
    return file


def asked(config: Path, *options: str) -> Result:
    file = config.with_name("status.json")
    arguments = ["--config", str(config), "--file", str(file), *options]
    return CliRunner().invoke(status_command, arguments, standalone_mode=True)


def now(**changes: object) -> Status:
    return msgspec.structs.replace(STATUS, at=dt.datetime.now(dt.UTC), **changes)


def test_a_board_tells_once_it_knows_all_and_nothing_of_who_watches() -> None:
    shown: list[Status] = []
    board = StatusBoard(now=lambda: NOON, broker_fault=lambda: "away", show=shown.append)
    info = InfoMessage(
        program="0.1.0", model="abc", catalogue="def", languages=(), commands=(), notice=""
    )
    board.notice(info)
    board.notice(HEALTH)
    assert shown == []
    board.notice(SettingsMessage(camera="lost", camera_fault="gone", evening="playing", film="x"))
    assert len(shown) == 1
    assert (shown[0].camera, shown[0].camera_fault, shown[0].broker_fault) == (
        "lost",
        "gone",
        "away",
    )
    assert not {"film", "profile", "mood", "evening"} & set(Status.__struct_fields__)


def test_a_folder_that_cannot_be_written_does_not_end_the_service(tmp_path: Path) -> None:
    board = StatusBoard(
        now=lambda: NOON,
        broker_fault=lambda: None,
        show=lambda status: write_status(status, tmp_path / "nowhere" / "status.json"),
    )
    for message in (
        InfoMessage(program="", model="", catalogue="", languages=(), commands=(), notice=""),
        SettingsMessage(camera="on", evening="waiting"),
        HEALTH,
    ):
        board.notice(message)


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    assert read_status(file) is None
    write_status(STATUS, file)
    assert read_status(file) == STATUS
    for other in (b'{"at": 1}', b'{"program": "\xff"}'):
        file.write_bytes(other)
        with pytest.raises(StateError, match="is not understood"):
            read_status(file)


def test_all_is_well(config: Path) -> None:
    write_status(now(), config.with_name("status.json"))
    said = asked(config)
    assert said.exit_code == 0, said.output
    assert "WRONG" not in said.output
    for words in (
        "den",
        "1 d 2 h",
        "10 of 1000 dropped",
        "5.2 ms",
        "memory 120 MB",
        "2 reconnects",
    ):
        assert words in said.output
    assert len(said.output.splitlines()) < 20  # one screen


def test_a_service_that_does_not_run_is_told(config: Path) -> None:
    said = asked(config)
    assert said.exit_code == 1
    assert said.output == "WRONG        the service does not run: systemctl status emoflix\n"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"camera": "lost", "camera_fault": "unplugged"}, "the camera is lost: unplugged"),
        ({"broker_fault": "nothing listens"}, "broker: nothing listens"),
    ],
)
def test_each_fault_is_a_line(config: Path, changes: dict[str, str], fault: str) -> None:
    write_status(now(**changes), config.with_name("status.json"))
    assert asked(config).output.endswith(f"WRONG        {fault}\n")
    answer = json.loads(asked(config, "--json").output)
    assert (answer["ok"], answer["faults"]) == (False, [fault])
    assert answer["status"]["health"]["frames_in"] == 1000


def test_a_loop_that_stands_still_is_told() -> None:
    later = NOON + dt.timedelta(seconds=200)
    assert any(
        "has said nothing for 3 min 20 s" in fault for fault in faults(STATUS, Settings(), later)
    )


def scraped(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def test_prometheus_scrapes_the_latest(tmp_path: Path) -> None:
    port, textfile = free_port(), tmp_path / "emoflix.prom"
    show = open_metrics(MetricsSettings(port=port, textfile=textfile))
    assert "emoflix_" not in scraped(port)
    show(STATUS)
    show(msgspec.structs.replace(STATUS, camera="lost"))
    for text in (scraped(port), textfile.read_text(encoding="utf-8")):
        lines = text.splitlines()
        assert "emoflix_frames_total 1000.0" in lines
        assert "emoflix_camera_lost 1.0" in lines
        assert "emoflix_face_seconds 0.00525" in lines
        assert 'emoflix_info{catalogue="def",model="abc",program="0.1.0"} 1.0' in lines
        assert not any("temperature" in line for line in lines)  # not known here


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"metrics\.port: {port}: cannot listen"):
            open_metrics(MetricsSettings(port=port))
