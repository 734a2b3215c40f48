"""`emoflix status`: on one screen whether all is well, and if not, what is wrong."""

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from emoflix_device.config import Settings, load_settings
from emoflix_device.household import STORE
from emoflix_device.options import installed_config_option
from emoflix_device.status import FOLDER, NAME, Status, read_status

STALE_S: Final = 150.0
"""It is written once a minute: one that is older comes from a loop that stands still."""
LEAST_FREE_MB: Final = 100


def faults(status: Status | None, settings: Settings, now: dt.datetime) -> Iterator[str]:
    """What is wrong, one line each."""
    if status is None:
        yield "the service does not run: systemctl status emoflix"
        return
    age_s = (now - status.at).total_seconds()
    if age_s > STALE_S:
        yield f"the service has said nothing for {_length(age_s)}: systemctl restart emoflix"
    if status.camera == "lost":
        yield f"the camera is lost: {status.camera_fault}"
    if status.broker_fault is not None:
        yield f"broker: {status.broker_fault}"
    if (free_mb := _free_mb(settings.state_dir)) < LEAST_FREE_MB:
        yield f"{settings.state_dir}: only {free_mb} MB are free"


@click.command()
@installed_config_option
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=FOLDER / NAME,
    show_default=True,
    help="Where the service writes how it fares.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
def status(config: Path, file: Path, *, as_json: bool) -> None:
    """Say how the service fares; exit 1 if anything is wrong."""
    settings = load_settings(config)
    latest = read_status(file)
    wrong = list(faults(latest, settings, dt.datetime.now().astimezone()))
    if as_json:
        document = {"ok": not wrong, "faults": wrong, "status": latest}
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))
    else:
        for name, value in [] if latest is None else _lines(latest, settings):
            click.echo(f"{name:12} {value}")
        for fault in wrong:
            click.echo(f"WRONG        {fault}")
    sys.exit(1 if wrong else 0)


def _lines(status: Status, settings: Settings) -> Iterator[tuple[str, str]]:
    health = status.health
    yield "device", f"{settings.device}, emoflix {status.program}, process {status.pid}"
    yield "running", f"for {_length(health.uptime_s)}, as of {status.at.astimezone():%H:%M:%S}"
    dropped = f"{health.frames_dropped} of {health.frames_in} dropped"
    restarts = f"{health.camera_restarts} restarts"
    yield "camera", f"{status.camera}, {health.frames_per_s:.1f} frames/s, {dropped}, {restarts}"
    yield "faces", f"found in {_ms(health.face_ms)}, read in {_ms(health.expression_ms)}"
    yield "loop", f"{_ms(health.loop_lag_ms)} behind the camera"
    yield (
        "broker",
        f"{settings.mqtt.host}:{settings.mqtt.port}, {health.broker_reconnects} reconnects",
    )
    memory = "unknown" if health.memory_mb is None else f"{health.memory_mb:.0f} MB"
    warmth = "" if health.temperature_c is None else f", {health.temperature_c:.0f} °C"
    yield "board", f"memory {memory}{warmth}"
    store = settings.state_dir / STORE
    kept = f"{store.stat().st_size / 1e6:.1f} MB" if _seen(store) else "not readable by this user"
    yield "disk", f"{_free_mb(settings.state_dir)} MB free; the household's store: {kept}"
    yield "model", f"{status.model}, catalogue {status.catalogue}"


def _seen(file: Path) -> bool:
    try:
        return file.exists()
    except PermissionError:
        return False


def _free_mb(folder: Path) -> int:
    there = next(part for part in (folder, *folder.parents) if _seen(part))
    return shutil.disk_usage(there).free // 1_000_000


def _ms(measure: float | None) -> str:
    return "? ms" if measure is None else f"{measure:.1f} ms"


def _length(seconds: float) -> str:
    """A time in the one or two units that tell."""
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
