"""The settings: one frozen tree, read once from YAML, passed down as the piece that is needed."""

import re
import socket
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml
from msgspec import Meta, Struct, field

from emoflix_catalog.vocabulary import LANGUAGES
from emoflix_device.errors import ConfigurationError
from emoflix_device.faults import explain
from emoflix_device.playing.settings import PlayingSettings
from emoflix_device.web.settings import WebSettings


def _host_name() -> str:
    """The host's name with only what a topic may hold: `[a-z0-9-]`."""
    return re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().lower()).strip("-") or "emoflix"


class CameraSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where frames come from."""

    source: Annotated[
        str,
        Meta(
            description="`picamera`, `clip` (the bundled one), a device (`/dev/video0`), an RTSP "
            "address, a video file or a folder of pictures"
        ),
    ] = "picamera"
    width_px: Annotated[int, Meta(ge=160, le=7680, description="wanted width of a frame")] = 1280
    height_px: Annotated[int, Meta(ge=120, le=4320, description="wanted height of a frame")] = 720
    frames_per_s: Annotated[
        float, Meta(gt=0, le=60, description="wanted frame rate; a video file keeps its own")
    ] = 10.0
    lens_deg: Annotated[
        float, Meta(gt=10, lt=170, description="angle that the lens sees across a frame's width")
    ] = 66.0
    rotation_deg: Annotated[
        Literal[0, 90, 180, 270], Meta(description="clockwise turn that puts faces upright")
    ] = 0
    tuning: Annotated[
        str | None,
        Meta(
            description="libcamera's tuning for another module than the one it takes yours for, "
            "such as `imx219_noir.json` for one without an infrared filter; `picamera` alone"
        ),
    ] = None
    loop: Annotated[bool, Meta(description="start a video file or a folder again when it ends")] = (
        False
    )


class VisionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How faces are found and read."""

    yunet_model: Annotated[
        Path | None,
        Meta(
            description="YuNet's ONNX file (`emoflix fetch-models` brings it); without it OpenCV's "
            "own Haar cascade is used, which is slower and misses more"
        ),
    ] = None
    cpu_percent: Annotated[
        float,
        Meta(ge=1, le=400, description="of one core; beyond it the camera is looked at less often"),
    ] = 50.0
    farthest_m: Annotated[
        float, Meta(ge=0.5, le=10, description="faces are to be found up to this distance")
    ] = 3.0
    network: Annotated[
        Literal["standard", "tiny"],
        Meta(
            description="which bundled network reads expressions; `tiny` is a quarter of the size "
            "and of the work, and less often right"
        ),
    ] = "standard"
    expression_model: Annotated[
        Path | None,
        Meta(description="a network of your own, its card beside it; a bundled one where not set"),
    ] = None
    engine: Annotated[
        Literal["auto", "litert", "tflite"],
        Meta(
            description="what runs the networks; `auto` takes LiteRT, or tflite-runtime without it "
            "(then OpenCV runs YuNet)"
        ),
    ] = "auto"


class MoodSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How what is seen becomes a mood."""

    memory_s: Annotated[
        float, Meta(gt=0, le=60, description="seconds of looks that count as one: more is steadier")
    ] = 0.7
    absence_s: Annotated[
        float, Meta(gt=0, le=600, description="after so long without a face it is `nobody`")
    ] = 3.0


class TlsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The broker's certificate is always verified."""

    ca_file: Annotated[
        Path | None, Meta(description="authority to trust; the system's where not set")
    ] = None


class MqttSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The broker."""

    host: str = "localhost"
    port: Annotated[int, Meta(ge=1, le=65535)] = 1883
    user: Annotated[str | None, Meta(description="the device's user at the broker")] = None
    password_file: Annotated[
        Path | None, Meta(description="file that holds the password and nothing else")
    ] = None
    tls: Annotated[TlsSettings | None, Meta(description="`{}` for TLS with the system's roots")] = (
        None
    )


class RecommenderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Which films, and when a slate is made anew."""

    catalogue: Annotated[
        Path | None,
        Meta(description="file made by `emoflix-catalog build`; the starter catalogue where unset"),
    ] = None
    count: Annotated[int, Meta(ge=1, le=50, description="films in a slate")] = 5
    languages: Annotated[
        tuple[str, ...],
        Meta(description="ISO 639-1, until the people set their own; empty: all"),
    ] = ()
    settled_mood_s: Annotated[
        float, Meta(gt=0, description="a different mood renews the slate once it has held so long")
    ] = 300.0
    absence_s: Annotated[
        float, Meta(gt=0, description="an arrival after so long an absence renews the slate")
    ] = 600.0
    slate_expires_s: Annotated[
        int, Meta(gt=0, description="after so long the broker drops a retained slate")
    ] = 6 * 3600

    def __post_init__(self) -> None:
        for language in self.languages:
            if language not in LANGUAGES:
                raise ValueError(f"no language {language!r} in the catalogue (ISO 639-1, as `ml`)")


class HouseholdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How what the household said is kept."""

    key_file: Annotated[
        Path | None,
        Meta(
            description="file or systemd credential with the key that the store is encrypted with; "
            "where not set, one is made in the state folder"
        ),
    ] = None
    plain: Annotated[bool, Meta(description="keep the store unencrypted")] = False

    def __post_init__(self) -> None:
        if self.plain and self.key_file is not None:
            raise ValueError("plain: true and a key_file exclude each other")


class IndicatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The light that says that the camera is on."""

    led: Annotated[
        Annotated[str, Meta(pattern="^[A-Za-z0-9:_-]+$", examples=["ACT"])] | None,
        Meta(
            description="name of a LED in /sys/class/leds, on whenever the camera is; without its "
            "light the camera stays closed"
        ),
    ] = None


class MetricsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the device fares, for Prometheus; off unless one of the two is set."""

    port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        Meta(description="served on this port of 127.0.0.1"),
    ] = None
    textfile: Annotated[
        Path | None, Meta(description="written for node_exporter's textfile collector, `….prom`")
    ] = None


class UpdateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Catalogues and networks that come as signed bundles: `emoflix update`, or its timer."""

    key_file: Annotated[
        Path | None,
        Meta(description="public key (`NAME.pub`) of whoever may send them; without it, nobody"),
    ] = None
    sources: Annotated[
        tuple[
            Annotated[str, Meta(pattern="^(https?:/)?/", examples=["https://… or /folder"])], ...
        ],
        Meta(
            description="where new ones are looked for: `https://…`, or a file or a folder of "
            "`.bundle` files, from `/` on"
        ),
    ] = ()


FleetKey = Literal[
    "camera.frames_per_s",
    "camera.rotation_deg",
    "mood.absence_s",
    "mood.memory_s",
    "recommender.absence_s",
    "recommender.count",
    "recommender.languages",
    "recommender.settled_mood_s",
    "vision.cpu_percent",
    "vision.farthest_m",
]
"""Nothing among them opens the box to anybody, names a file, or lets more be kept."""


class FleetSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever looks after many boxes may set from afar, by the topic `configuration`."""

    allow: Annotated[
        tuple[FleetKey, ...], Meta(description="these keys, by section and name; by default none")
    ] = ()


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    device: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9-]+$",
            examples=["living-room"],
            description="name in the topics; by default the host",
        ),
    ] = field(default_factory=_host_name)
    state_dir: Annotated[
        Path, Meta(description="where consent, preferences and the built catalogue are kept")
    ] = Path("/var/lib/emoflix")
    camera: CameraSettings = CameraSettings()
    vision: VisionSettings = VisionSettings()
    mood: MoodSettings = MoodSettings()
    mqtt: MqttSettings = MqttSettings()
    recommender: RecommenderSettings = RecommenderSettings()
    household: HouseholdSettings = HouseholdSettings()
    playing: PlayingSettings = PlayingSettings()
    web: WebSettings = WebSettings()
    indicator: IndicatorSettings = IndicatorSettings()
    metrics: MetricsSettings = MetricsSettings()
    update: UpdateSettings = UpdateSettings()
    fleet: FleetSettings = FleetSettings()


def load_settings(file: Path) -> Settings:
    """Read the settings; relative paths in them are relative to the file's folder.

    Raises:
        ConfigurationError: the file cannot be read, is not YAML, or has an unknown key or a wrong
            value; the message names the full key path.
    """
    try:
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: not YAML ({' '.join(str(error).split())})") from error
    settings = _convert({} if tree is None else tree, file)
    if PLACELESS.match(settings.camera.source):
        return settings
    source = str(file.parent / settings.camera.source)
    camera = msgspec.structs.replace(settings.camera, source=source)
    return msgspec.structs.replace(settings, camera=camera)


PLACELESS: Final = re.compile(r"(picamera|clip)$|(?i:[a-z]+)://|~")
"""Sources that lie in no folder of the file's: no paths at all, or such from somebody's home."""


def _convert(tree: Any, file: Path) -> Settings:
    def decode_path(wanted: type, value: Any) -> Any:
        if wanted is Path and isinstance(value, str):
            try:
                return file.parent / Path(value).expanduser()
            except RuntimeError as error:
                raise ValueError(f"{value}: nobody of that name has a home here") from error
        raise ValueError(f"expected a path, got {value!r}")

    try:
        return msgspec.convert(tree, Settings, dec_hook=decode_path)
    except msgspec.ValidationError as error:
        key, fault = explain(error, Settings)
        raise ConfigurationError(f"{file}: {f'{key}: ' if key else ''}{fault}") from error
