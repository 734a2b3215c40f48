"""The installer where it can be tried without root: what it refuses, and in which words.

`make test-install` runs it as a whole, in a Debian of its own.
"""

import shutil
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from emoflix_device.config import load_settings
from tests.deploy.installer import DEPLOY, Ended, configured
from tests.end_to_end.emoflix import PROGRAM

SCRIPTS = [
    DEPLOY / "install.sh",
    *(DEPLOY / "install").iterdir(),
    DEPLOY / "mosquitto" / "set-up-broker",
    DEPLOY / "avahi" / "publish-name",
]


def install(*options: str | Path) -> Ended:
    return subprocess.run(
        [DEPLOY / "install.sh", *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_shellcheck_finds_nothing(script: Path) -> None:
    # The parts share their variables through install.sh.
    told = subprocess.run(
        ["shellcheck", "--exclude=SC2034,SC2154,SC2153,SC1091", script],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--nonsense"], "--nonsense: no such option; see --help"),
        (["--camera"], "--camera needs a value; see --help"),
        (["--rotation", "45"], "--rotation 45: 0, 90, 180 or 270"),
        (["--wheels", "/nowhere"], "--wheels /nowhere: no such folder"),
        (["--erase"], "--erase goes with --uninstall"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(options: list[str], says: str) -> None:
    ended = install(*options)
    assert (ended.returncode, ended.stderr) == (2, f"install.sh: {says}\n")


def test_help_names_every_option() -> None:
    shown = install("--help").stdout
    read = (DEPLOY / "install.sh").read_text(encoding="utf-8")
    options = {
        word.strip("|)") for word in read.split() if word.startswith("--") and word.endswith(")")
    }
    assert len(options) > 10
    assert [option for option in options if option not in shown] == []


def test_a_system_that_is_too_old_is_named(shell: Callable[..., Ended], tmp_path: Path) -> None:
    old = tmp_path / "os-release"
    old.write_text("VERSION_CODENAME=bullseye\nPRETTY_NAME='Raspbian 11'\n", encoding="utf-8")
    ended = shell(f"OS_RELEASE={old}; look_at_system", dpkg="echo arm64")
    assert ended.returncode == 2
    says = "Raspbian 11 is not supported: Debian or Raspberry Pi OS bookworm or trixie is needed"
    assert ended.stderr == f"install.sh: {says}\n"


@pytest.mark.parametrize(
    ("architecture", "processor", "suite", "says"),
    [
        ("riscv64", "riscv64", "trixie", "no build for riscv64"),
        ("armhf", "armv6l", "bookworm", "an ARMv6 processor, as in the first Pi"),
        ("armhf", "armv7l", "trixie", "put the 64-bit Raspberry Pi OS on the card"),
    ],
)
def test_a_wrong_architecture_is_named(
    shell: Callable[..., Ended],
    tmp_path: Path,
    architecture: str,
    processor: str,
    suite: str,
    says: str,
) -> None:
    ended = looked_at(shell, tmp_path, architecture, processor, suite)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("processor", ["armv7l", "aarch64"], ids=["Pi 2", "64-bit kernel"])
def test_a_32_bit_bookworm_is_told_what_it_goes_without(
    shell: Callable[..., Ended], tmp_path: Path, processor: str
) -> None:
    ended = looked_at(shell, tmp_path, "armhf", processor, "bookworm")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "what the household says is not encrypted" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "32 bits, 1500 MB"


def looked_at(
    shell: Callable[..., Ended], folder: Path, architecture: str, processor: str, suite: str
) -> Ended:
    """What the installer says of a system before it does anything."""
    release = folder / "os-release"
    release.write_text(f"VERSION_CODENAME={suite}\nPRETTY_NAME='{suite}'\n", encoding="utf-8")
    return shell(
        f"OS_RELEASE={release}; look_at_system; echo $BITS bits, $NEEDED_MB MB",
        dpkg=f"echo {architecture}",
        uname=f"echo {processor}",
        dpkg_query="exit 1",
        systemctl="exit 0",
    )


@pytest.mark.parametrize("kernel", ["armv7l", "aarch64"])
def test_a_32_bit_system_takes_from_the_index_what_was_built_for_it(
    shell: Callable[..., Ended], kernel: str
) -> None:
    """Also below a 64-bit kernel, which says aarch64 to every marker in the lock."""
    kept = shell("lock_of_32_bits").stdout.splitlines()
    named = [Requirement(line.removesuffix(" \\")) for line in kept if line[0].isalpha()]
    machine = {
        "platform_machine": kernel,
        "python_full_version": "3.11.2",
        "python_version": "3.11",
        "sys_platform": "linux",
    }
    wanted = {one.name for one in named if one.marker is None or one.marker.evaluate(machine)}
    # These are the system's, in bookworm's versions.
    assert not wanted & {"numpy", "opencv-python-headless", "pyyaml", "pynacl", "cffi"}
    assert not wanted & {"ai-edge-litert", "sqlcipher3"}
    assert {"tflite-runtime", "msgspec", "paho-mqtt", "aiohttp", "typing-extensions"} <= wanted


def test_a_32_bit_system_keeps_a_plain_store(shell: Callable[..., Ended], tmp_path: Path) -> None:
    for bits in (32, 64):
        folder = tmp_path / str(bits)
        settings = load_settings(configured(shell, folder, f"BROKER=own BITS={bits}"))
        assert settings.household.plain is (bits == 32)


def test_a_clock_at_1970_is_named_and_no_download_is_tried(shell: Callable[..., Ended]) -> None:
    ended = shell(
        "look_at_system",
        dpkg="echo arm64",
        dpkg_query="exit 1",
        systemctl="exit 0",
        date="case $1 in +%Y) echo 1970 ;; *) echo 1970-01-01 ;; esac",
    )
    assert ended.returncode == 2
    assert "the clock says 1970-01-01" in ended.stderr


def test_a_full_disk_is_named_before_anything_is_done(shell: Callable[..., Ended]) -> None:
    free = shell("look_at_room", df="printf 'Avail\\n 204800\\n'", rm="exit 0")
    assert free.returncode == 2
    assert free.stderr.startswith("install.sh: /")


def test_what_was_done_is_taken_back_the_latest_first(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = shell(
        f"touch {tmp_path}/made; on_failure rm {tmp_path}/made\n"
        "on_failure echo second; on_failure echo third\n"
        "fail 'it broke'"
    )
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == ["third", "second"]
    assert "it broke" in ended.stderr
    assert not (tmp_path / "made").exists()


def test_a_step_that_cannot_be_taken_back_does_not_stop_the_others(
    shell: Callable[..., Ended],
) -> None:
    ended = shell("on_failure echo first; on_failure false; false")
    assert ended.returncode == 1
    assert ended.stdout == "first\n"
    assert "could not be taken back: false" in ended.stderr


def test_an_interrupted_installation_is_taken_back(shell: Callable[..., Ended]) -> None:
    ended = shell("on_failure echo back; kill -TERM $$; sleep 5")
    assert (ended.returncode, ended.stdout) == (143, "back\n")


def test_a_key_is_set_in_its_section_and_its_explanation_stays(
    shell: Callable[..., Ended], tmp_path: Path
) -> None:
    config = tmp_path / "emoflix.yaml"
    shutil.copy(DEPLOY / "emoflix.yaml", config)
    ended = shell(
        f"ETC={tmp_path} CONFIG={config}\n"
        "set_key mqtt port 8883; set_key mqtt host 'broker.lan'\n"
        "set_key web users_file /etc/phones\n"
        'set_key camera source "$(quoted "rtsp://it\'s:1/\\\\1&")"'
    )
    assert ended.stderr == ""
    settings = load_settings(config)
    assert (settings.mqtt.port, settings.mqtt.host, settings.web.port) == (8883, "broker.lan", 8080)
    assert settings.web.users_file == Path("/etc/phones")
    assert settings.camera.source == "rtsp://it's:1/\\1&"
    assert "# picamera, /dev/video0" in config.read_text(encoding="utf-8")


def test_a_key_that_is_not_there_is_named(shell: Callable[..., Ended], tmp_path: Path) -> None:
    config = tmp_path / "emoflix.yaml"
    shutil.copy(DEPLOY / "emoflix.yaml", config)
    before = config.read_bytes()
    ended = shell(f"ETC={tmp_path} CONFIG={config}\nset_key mqtt nonsense 1")
    assert "no mqtt.nonsense in it" in ended.stderr
    assert config.read_bytes() == before
    assert list(tmp_path.glob(".emoflix*")) == []


@pytest.fixture
def fetching(shell: Callable[..., Ended], tmp_path: Path) -> Callable[[str], tuple[Ended, Path]]:
    """Fetches the face detector as the installer does, from an address of the test's own."""
    config = tmp_path / "emoflix.yaml"
    shutil.copy(DEPLOY / "emoflix.yaml", config)
    (tmp_path / "new" / "bin").mkdir(parents=True)
    (tmp_path / "new" / "bin" / "emoflix").symlink_to(PROGRAM)

    def run(address: str) -> tuple[Ended, Path]:
        ended = shell(
            f"OPT={tmp_path}/opt NEW={tmp_path}/new ETC={tmp_path} CONFIG={config}\n"
            f"MODELS_URL={address}; fetch_models"
        )
        return ended, config

    return run


def test_the_detector_is_fetched_and_configured(
    fetching: Callable[[str], tuple[Ended, Path]], shared: Path, tmp_path: Path
) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(shared / "models"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        ended, config = fetching(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
    assert "YuNet is in" in ended.stdout
    fetched = tmp_path / "opt" / "models" / "yunet_n_320_320.onnx"
    assert load_settings(config).vision.yunet_model == fetched
    assert fetched.read_bytes() == (shared / "models" / fetched.name).read_bytes()


def test_where_it_cannot_be_had_the_other_is_named_and_the_installation_goes_on(
    fetching: Callable[[str], tuple[Ended, Path]], tmp_path: Path
) -> None:
    ended, config = fetching("http://127.0.0.1:9")
    assert ended.returncode == 0
    assert "YuNet cannot be fetched, so OpenCV's Haar cascade finds the faces" in ended.stdout
    assert "cannot be fetched" in ended.stderr
    assert load_settings(config).vision.yunet_model is None
    assert list((tmp_path / "opt" / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        ("WEB=no BROKER=own; taken() { [[ $1 == 8883 ]]; }", "port 8883 is taken"),
        ("WEB=yes BROKER=own; taken() { [[ $1 == 8080 ]]; }", "port 8080, for the page, is taken"),
    ],
)
def test_a_port_that_is_taken_is_named(shell: Callable[..., Ended], asks: str, says: str) -> None:
    ended = shell(f"{asks}; look_at_ports")
    assert ended.returncode == 2
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("devices", "says", "taken"),
    [
        ({}, "Camera:   none found; plug one in later", "/dev/video0"),
        ({"video0": "HD Webcam"}, "Camera:   /dev/video0", "/dev/video0"),
        (
            {"video0": "bcm2835-codec-decode", "video1": "HD Webcam", "video2": "Other Cam"},
            "Cameras:  /dev/video1 /dev/video2; the first is taken, another with --camera",
            "/dev/video1",
        ),
        (
            {"video0": "rp1-cfe-csi2_ch0", "video1": "rp1-cfe-embedded", "video20": "pispbe-input"},
            "Camera:   picamera",
            "picamera",
        ),
    ],
    ids=["none", "one", "two beside a decoder", "of a Pi 5"],
)
def test_cameras_are_told_from_what_only_looks_like_one(
    shell: Callable[..., Ended], tmp_path: Path, devices: dict[str, str], says: str, taken: str
) -> None:
    for device, name in devices.items():
        (tmp_path / "video" / device).mkdir(parents=True)
        (tmp_path / "video" / device / "name").write_text(f"{name}\n", encoding="utf-8")
    ended = shell(f"VIDEO={tmp_path}/video CAMERA=; look_for_cameras; echo $CAMERA")
    assert ended.stdout.splitlines() == [says, taken], ended.stderr
