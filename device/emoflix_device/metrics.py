"""How the service fares, for Prometheus: on a port of this box, or in node_exporter's folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from emoflix_device.config import MetricsSettings
from emoflix_device.errors import ConfigurationError
from emoflix_device.status import Status

_Value = Callable[[Status], float | None]

COUNTERS: Final[tuple[tuple[str, str, _Value], ...]] = (
    ("frames", "Frames that the camera gave", lambda s: s.health.frames_in),
    ("frames_processed", "Frames that were looked at", lambda s: s.health.frames_processed),
    ("frames_dropped", "Frames overwritten by newer ones", lambda s: s.health.frames_dropped),
    ("broker_reconnects", "Times the broker was lost", lambda s: s.health.broker_reconnects),
    ("camera_restarts", "Times the camera was opened anew", lambda s: s.health.camera_restarts),
)
GAUGES: Final[tuple[tuple[str, str, _Value], ...]] = (
    ("camera_on", "1 while the camera is looked through", lambda s: s.camera == "on"),
    ("camera_lost", "1 while it should be and cannot", lambda s: s.camera == "lost"),
    ("broker_connected", "1 while the broker hears this", lambda s: s.broker_fault is None),
    ("face_seconds", "Finding faces in a frame, mean", lambda s: _seconds(s.health.face_ms)),
    (
        "expression_seconds",
        "Reading a frame's faces, mean",
        lambda s: _seconds(s.health.expression_ms),
    ),
    (
        "loop_lag_seconds",
        "A frame's wait for the loop, mean",
        lambda s: _seconds(s.health.loop_lag_ms),
    ),
    (
        "memory_bytes",
        "Resident memory",
        lambda s: None if s.health.memory_mb is None else s.health.memory_mb * 1e6,
    ),
    ("temperature_celsius", "Of the processor", lambda s: s.health.temperature_c),
    ("uptime_seconds", "Since the service's start", lambda s: s.health.uptime_s),
    ("seen_timestamp_seconds", "When all this was measured", lambda s: s.at.timestamp()),
)


class StatusCollector(Collector):
    """The latest status as metrics; there are none before the first."""

    def __init__(self) -> None:
        self.latest: Status | None = None

    def collect(self) -> Iterator[Metric]:
        """One metric for each line of the tables whose value is known."""
        latest = self.latest
        if latest is None:
            return
        for name, says, value in COUNTERS:
            yield CounterMetricFamily(f"emoflix_{name}", says, value=value(latest))
        for name, says, value in GAUGES:
            measure = value(latest)
            if measure is not None:
                yield GaugeMetricFamily(f"emoflix_{name}", says, value=float(measure))
        info = GaugeMetricFamily(
            "emoflix_info", "Versions", labels=("program", "model", "catalogue")
        )
        info.add_metric((latest.program, latest.model, latest.catalogue), 1)
        yield info


def open_metrics(settings: MetricsSettings) -> Callable[[Status], None]:
    """Start to serve metrics as the settings say; what comes back is given each new status.

    Raises:
        ConfigurationError: the port is taken.
    """
    collector = StatusCollector()
    registry = CollectorRegistry()
    registry.register(collector)
    if settings.port is not None:
        try:
            start_http_server(settings.port, "127.0.0.1", registry)
        except OSError as error:
            raise ConfigurationError(
                f"metrics.port: {settings.port}: cannot listen there ({error.strerror})"
            ) from error
    textfile: Path | None = settings.textfile

    def show(status: Status) -> None:
        collector.latest = status
        if textfile is not None:
            write_to_textfile(str(textfile), registry)

    return show


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
