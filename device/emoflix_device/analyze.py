"""`emoflix analyze`: the expressions in a picture, or the moods over a video."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import cv2
import msgspec

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.annotate import annotated
from emoflix_device.camera.frame import Image
from emoflix_device.camera.opencv import file_rate, open_video_file
from emoflix_device.camera.pictures import (
    MOST_PIXELS,
    SUFFIXES,
    looks_like_picture,
    read_picture,
)
from emoflix_device.config import VisionSettings
from emoflix_device.errors import CameraError
from emoflix_device.outputs import OutputError, check_output, write_csv, written
from emoflix_device.plot import check_plot, plot_timeline
from emoflix_device.progress import progress
from emoflix_device.review import (
    OnFrame,
    PictureReport,
    VideoReport,
    review_picture,
    review_video,
)
from emoflix_device.vision.look import Observer, ReadFace, open_observer

DETECT_EVERY: Final = 5
"""Looks at a video; in between, its faces are followed. It finds who comes in within half a second
and takes a third of the time."""

RATE_UNSTATED: Final = 25.0
"""Frames a second of a file that does not say."""

VIDEO_CODECS: Final = {".mp4": "mp4v", ".mov": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
"""MPEG-4 part 2: what OpenCV's wheels can write fast. H.264 is not among it, VP9 is 90 times
slower."""


@click.command()
@click.argument("file", metavar="PICTURE|VIDEO", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option(
    "--annotate",
    "output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write it again with boxes around the faces and a bar for each expression.",
)
@click.option(
    "--csv",
    "table",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write a row for each face of a picture, or for each look at a video.",
)
@click.option(
    "--timeline",
    "timeline",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Draw a video's moods over time into a PNG.",
)
@click.option(
    "--model",
    metavar="F",
    type=click.Path(path_type=Path),
    help="Another expression model (.tflite, its card beside it).",
)
@click.option(
    "--yunet",
    metavar="F",
    type=click.Path(path_type=Path),
    help="YuNet's ONNX file: finds more faces than the built-in Haar cascade.",
)
def analyze(
    file: Path,
    *,
    as_json: bool,
    output: Path | None,
    table: Path | None,
    timeline: Path | None,
    model: Path | None,
    yunet: Path | None,
) -> None:
    """Read the expressions in a picture or video."""
    is_picture = file.suffix.lower() in SUFFIXES or looks_like_picture(file)
    outputs = Outputs(output, table, timeline)
    outputs.check(file, is_picture=is_picture)
    observer = open_observer(
        VisionSettings(yunet_model=yunet, expression_model=model),
        detect_every=1 if is_picture else DETECT_EVERY,
    )
    analyse = analyse_picture if is_picture else analyse_video
    report = analyse(file, observer, outputs)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _print_report(file, report)
    for written_file in filter(None, outputs):
        click.echo(f"{written_file} written", err=True)


class Outputs(NamedTuple):
    """The files to be written, where they are wanted."""

    annotated: Path | None = None
    table: Path | None = None
    timeline: Path | None = None

    def check(self, file: Path, *, is_picture: bool) -> None:
        """Find out before the work what would go wrong after it.

        Raises:
            OutputError: one of them cannot be written.
        """
        if self.annotated is not None:
            check_output(file, self.annotated, SUFFIXES if is_picture else VIDEO_CODECS)
        if self.table is not None:
            check_output(file, self.table, {".csv"})
        if self.timeline is not None:
            if is_picture:
                raise OutputError(f"--timeline: {file} is a picture, and has none")
            check_output(file, self.timeline, {".png"})
            check_plot()


def analyse_picture(file: Path, observer: Observer, outputs: Outputs) -> PictureReport:
    """Read one picture, and write what is wanted of it.

    Raises:
        PictureError: it cannot be read.
        OutputError: a file cannot be written.
    """
    image = read_picture(file)
    report, faces = review_picture(image, observer)
    if outputs.annotated is not None:
        # Not by OpenCV: where the disk is full, it does not say so.
        encoded, content = cv2.imencode(outputs.annotated.suffix, annotated(image, faces))
        if not encoded:
            raise OutputError(
                f"{outputs.annotated}: cannot be written as {outputs.annotated.suffix}"
            )
        with written(outputs.annotated) as part:
            part.write_bytes(content.tobytes())
    if outputs.table is not None:
        columns = ("x_px", "y_px", "width_px", "height_px", "score", "quality", "expression")
        rows = (
            (*face.box_px, face.score, face.quality, face.expression, *face.probabilities.values())
            for face in report.faces
        )
        write_csv(outputs.table, (*columns, *EXPRESSIONS), rows)
    return report


def analyse_video(file: Path, observer: Observer, outputs: Outputs) -> VideoReport:
    """Read a video from its first frame to its last, and write what is wanted of it.

    Raises:
        CameraError: it cannot be read.
        OutputError: a file cannot be written.
    """
    capture = open_video_file(file)
    frames_per_s = file_rate(capture, RATE_UNSTATED)
    count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    size = (
        int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
    )
    if size[0] * size[1] > MOST_PIXELS:
        raise CameraError(f"{file}: frames of {size[0]} x {size[1]} pixels are too large")
    drawing = (
        nullcontext(_draw_nothing)
        if outputs.annotated is None
        else _drawing(outputs.annotated, frames_per_s, size)
    )
    try:
        with drawing as draw, progress(file.name, count if count > 0 else None) as advance:
            images = _images(capture, advance)
            report, moments = review_video(images, frames_per_s, observer, on_frame=draw)
            if report.frames == 0:
                raise CameraError(f"{file}: no frame can be read from it")
    finally:
        capture.release()
    if outputs.table is not None:
        columns = ("time_s", "mood", "confidence", "people", *EXPRESSIONS)
        rows = (
            (moment.time_s, moment.mood, moment.confidence, moment.people, *moment.probabilities)
            for moment in moments
        )
        write_csv(outputs.table, columns, rows)
    if outputs.timeline is not None:
        plot_timeline(outputs.timeline, file.name, moments, report.timeline)
    return report


def _draw_nothing(*_: object) -> None:
    pass


@contextmanager
def _drawing(output: Path, frames_per_s: float, size: tuple[int, int]) -> Iterator[OnFrame]:
    """Give what draws and writes one frame after the other."""
    codec = cv2.VideoWriter.fourcc(*VIDEO_CODECS[output.suffix.lower()])
    with written(output) as part:
        writer = cv2.VideoWriter(str(part), cv2.CAP_FFMPEG, codec, frames_per_s, size)
        if not writer.isOpened():
            raise OutputError(f"{output}: a video of {size[0]} x {size[1]} cannot be written there")
        frames = 0

        def draw(image: Image, faces: tuple[ReadFace, ...], mood: str) -> None:
            nonlocal frames
            writer.write(annotated(image, faces, mood))
            frames += 1

        try:
            yield draw
        finally:
            writer.release()
        # OpenCV's writer never says that anything went wrong.
        if _frames_in(part) < frames:
            raise OutputError(f"{output}: not all of it could be written: is the disk full?")


def _frames_in(video: Path) -> int:
    """How many frames stand in a video; none of them is decoded."""
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    try:
        capture.set(cv2.CAP_PROP_FORMAT, -1)
        frames = 0
        while capture.grab():
            frames += 1
        return frames
    finally:
        capture.release()


def _images(capture: Any, advance: Callable[[int], None]) -> Iterator[Image]:
    while True:
        got, image = capture.read()
        if not got:
            return
        yield image
        advance(1)


def _print_report(file: Path, report: PictureReport | VideoReport) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if isinstance(report, PictureReport):
        _print_picture(console, file, report)
    else:
        _print_video(console, file, report)


def _print_picture(console: Any, file: Path, report: PictureReport) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    size = f"{report.width_px} x {report.height_px}"
    console.print(f"[bold]{escape(file.name)}[/]: {size}, light: {report.light}")
    if not report.faces:
        console.print("No face was found.")
        return
    # Without frames and with narrow gaps the row of a face fits into 80 columns.
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("face at", no_wrap=True)
    table.add_column("looks")
    for name in EXPRESSIONS:
        table.add_column(name, justify="right")
    for face in report.faces:
        x, y, width, height = face.box_px
        table.add_row(
            f"{x},{y} {width}x{height}",
            f"[bold]{face.expression}[/]",
            *(f"{share:.0%}" for share in face.probabilities.values()),
        )
    console.print(table)


def _print_video(console: Any, file: Path, report: VideoReport) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    console.print(
        f"[bold]{escape(file.name)}[/]: {report.duration_s:.1f} s, {report.frames} frames of "
        f"{report.width_px} x {report.height_px} at {report.frames_per_s:.4g} a second; "
        f"a face in {report.looks_with_faces} of the {report.looks} looked at"
        + ("" if report.motion is None else f"; {report.motion:.0%} of the picture move")
    )
    table = Table("mood", box=SIMPLE_HEAD, title="Share of the time", title_justify="left")
    table.add_column("share", justify="right")
    table.add_column("")
    for mood, share in report.shares.items():
        table.add_row(mood, f"{share:.0%}", "\u2588" * round(share * 40))
    console.print(table)
    timeline = Table(box=SIMPLE_HEAD, title="Timeline", title_justify="left")
    timeline.add_column("from", justify="right")
    timeline.add_column("to", justify="right")
    timeline.add_column("mood")
    for part in report.timeline:
        timeline.add_row(f"{part.start_s:.1f} s", f"{part.end_s:.1f} s", part.mood)
    console.print(timeline)
