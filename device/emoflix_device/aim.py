"""`emoflix aim`: what the camera sees, in the terminal of whoever sets the box up.

The picture goes to that terminal and nowhere else: it is neither kept nor published, and where the
output is no terminal there is none. After some minutes it ends by itself.
"""

import contextlib
import logging
import math
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from emoflix_device.camera.capture import Capture
from emoflix_device.camera.frame import Frame
from emoflix_device.config import CameraSettings, load_settings
from emoflix_device.errors import EmoflixError
from emoflix_device.indicator import camera_opener
from emoflix_device.options import config_option
from emoflix_device.terminal.blocks import GREEN, RED, YELLOW, Blocks, Mark, blocks
from emoflix_device.terminal.keys import keyboard
from emoflix_device.vision.look import Observation, ReadFace, open_observer
from emoflix_device.vision.reach import FACE_M, copy_width_px

LONGEST_S: Final = 600
BEAT_S: Final = 0.1
WELL: Final = 0.7
"""Of a face's quality: what it shows is believed nearly as it is."""
_LINES: Final = 5
"""Left below the picture for words."""


@click.command()
@config_option
@click.option(
    "--seconds",
    type=click.IntRange(1, LONGEST_S),
    default=180,
    show_default=True,
    help="How long at most.",
)
def aim(config: Path, seconds: int) -> None:
    """Show what the camera sees, here alone, to turn it to the sofa; q ends it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EmoflixError(
            "aim: shows the camera's picture on a terminal alone, and this is none; by ssh, say"
            " `ssh -t`"
        )
    settings = load_settings(config)
    # Faults are shown in their place; the log's lines would come between.
    logging.getLogger("emoflix_device").addHandler(logging.NullHandler())
    observer = open_observer(
        settings.vision, width_px=copy_width_px(settings.vision, settings.camera)
    )
    came = threading.Event()
    capture = Capture(camera_opener(settings), on_frame=came.set)
    console = Console(highlight=False)
    ends_s = time.monotonic() + seconds
    capture.start()
    try:
        with (
            keyboard() as typed,
            Live(console=console, screen=True, auto_refresh=False) as live,
            contextlib.suppress(KeyboardInterrupt),
        ):
            while (left_s := ends_s - time.monotonic()) > 0:
                if "quit" in typed.wait(BEAT_S):
                    return
                if not came.is_set():
                    continue
                came.clear()
                head = f"Shown here alone, kept nowhere. q ends it; by itself in {left_s:.0f} s."
                if (frame := capture.take()) is not None:
                    seen = observer.observe(frame)
                    live.update(_screen(head, frame, seen, settings.camera, console), refresh=True)
                elif capture.fault is not None:
                    live.update(Text(f"{head}\n\ncamera: {capture.fault}"), refresh=True)
    finally:
        capture.stop()


def advice(seen: Observation, frame_px: tuple[int, int], camera: CameraSettings) -> Iterator[str]:
    """What would make the room be seen better, and how each face is seen, the largest first.

    Args:
        seen: what the frame shows.
        frame_px: height and width of the frame.
        camera: its lens tells how far away a face is.
    """
    if seen.light == "dark":
        yield "Too dark: more light from the front, or an infrared lamp with a camera that sees it."
    if not seen.faces:
        yield "No face is found: is the picture upright and sharp? Then come closer."
    height_px, width_px = frame_px
    for read in seen.faces:
        face = read.face
        inside = (
            min(face.x_px, face.y_px) >= 0
            and face.x_px + face.width_px <= width_px
            and face.y_px + face.height_px <= height_px
        )
        place = "" if inside else ", cut off at the edge: turn the camera"
        metres = distance_m(face.width_px, frame_px, camera)
        size = f"at about {metres:.1f} m, {face.width_px:.0f} px wide"
        yield f"A face {size}: {_verdict(read)}{place}."


def distance_m(face_px: float, frame_px: tuple[int, int], camera: CameraSettings) -> float:
    """How far away a face of this width is: a pinhole's projection, as `copy_width_px`."""
    # Turned upright, the sensor's width is the frame's height.
    across_px = frame_px[0] if camera.rotation_deg in {90, 270} else frame_px[1]
    focal_px = across_px / (2 * math.tan(math.radians(camera.lens_deg / 2)))
    return FACE_M * focal_px / face_px


def _verdict(read: ReadFace) -> str:
    if read.quality >= WELL:
        return "good"
    return "read with doubt" if read.quality else "too far, too blurred or turned away"


def _mark(read: ReadFace) -> Mark:
    face = read.face
    colour = RED if not read.quality else GREEN if read.quality >= WELL else YELLOW
    return Mark(face.x_px, face.y_px, face.width_px, face.height_px, colour)


def _screen(
    head: str, frame: Frame, seen: Observation, camera: CameraSettings, console: Console
) -> Group:
    columns, rows = console.size
    height_px, width_px = frame.luma.shape
    said = list(advice(seen, (height_px, width_px), camera))[: _LINES - 2]
    picture = blocks(
        frame.luma, columns, max(1, rows - _LINES), [_mark(read) for read in reversed(seen.faces)]
    )
    return Group(Text(head), Blocks(picture), Text("\n".join(said)))
