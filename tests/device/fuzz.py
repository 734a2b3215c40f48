"""All commands, fuzzed by their schemas: `make fuzz`, or `python -m tests.device.fuzz SECONDS`.

Each round has a box of its own, with a real store; within a round what was said before stays. An
exception that reaches the loop ends the run, with the smallest request that does it.
"""

import json
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import cv2
import msgspec
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from emoflix_device.mqtt.commands import COMMANDS
from emoflix_device.mqtt.messages import Reply
from emoflix_device.mqtt.topics import TOPICS, device_and_name
from tests.device.box import Box, observer, starter
from tests.device.schemas import requests

FIVE_MINUTES_S: Final = 300.0
PER_ROUND: Final = 150
PEOPLE: Final = ("household", "Anna", "Bo", "അന്ന")
FILMS: Final = ("drishyam-2013", "no-such-film")
_PICTURE: Final = cv2.imencode(".jpg", np.full((48, 64, 3), 128, np.uint8))[1].tobytes()


def main() -> None:
    """Fuzz for so many seconds, and say what was sent."""
    logging.disable(logging.WARNING)  # there is no camera, which is said again and again
    wanted_s = float(sys.argv[1]) if len(sys.argv) > 1 else FIVE_MINUTES_S
    sent = fuzz(wanted_s)
    for (name, answered), count in sorted(sent.items()):
        print(f"{name:14}{answered:8}{count:8}")  # noqa: T201
    print(f"{sum(sent.values())} commands in {wanted_s:g} s, no unhandled exception")  # noqa: T201


def fuzz(wanted_s: float, first_seed: int = 0) -> Counter[tuple[str, str]]:
    """Send commands for so many seconds; how often which was answered with `ok` or `error`."""
    sent: Counter[tuple[str, str]] = Counter()
    starter(), observer()  # what takes long to load does not count
    ends_s = time.monotonic() + wanted_s
    number = first_seed
    while time.monotonic() < ends_s:
        with tempfile.TemporaryDirectory() as folder, Box(Path(folder)) as box:
            _round(box, sent, ends_s, number)
            assert box.store._database.value("PRAGMA integrity_check") == "ok"
        number += 1
    return sent


def _round(box: Box, sent: Counter[tuple[str, str]], ends_s: float, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=PER_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
    )
    @given(command=commands())
    def one(command: tuple[str, bytes]) -> None:
        if time.monotonic() >= ends_s:
            return
        name, payload = command
        # Nobody is refused for their many requests: each hundred are another's.
        answer = box.ask(name, payload, user=f"client-{sum(sent.values()) // 100}")
        sent[name, check(name, answer)] += 1
        check_state(box)

    one()


def commands() -> st.SearchStrategy[tuple[str, bytes]]:
    """A command's name and payload."""
    known: dict[str, st.SearchStrategy[Any]] = {
        "film": st.sampled_from([*FILMS, starter().film_at(0).id]),
        "profile": st.sampled_from(PEOPLE),
        "name": st.sampled_from(PEOPLE),
        "new_name": st.sampled_from(PEOPLE),
        "request": st.sampled_from(["1", "2", "3"]),
    }
    of_each = []
    for name, kind in COMMANDS.items():
        payloads: st.SearchStrategy[bytes] = st.binary(max_size=50)
        if kind.raw is None:
            payloads = requests(kind.request, known).map(_encoded) | payloads
        else:
            cuts = st.integers(0, len(_PICTURE))
            payloads = cuts.map(lambda cut: _PICTURE[:cut]) | st.just(_PICTURE) | payloads
        of_each.append(st.tuples(st.just(name), payloads))
    return st.one_of(of_each)


def _encoded(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode("utf-8", "surrogatepass")


def check(name: str, answer: dict[str, Any]) -> str:
    """Hold an answer against its type; `ok` or `error`."""
    reply = Reply[COMMANDS[name].result]  # type: ignore[name-defined]
    msgspec.convert(answer, reply)
    assert ("ok" in answer) != ("error" in answer), answer
    if "ok" in answer:
        return "ok"
    fault = answer["error"]
    assert fault["field"].isprintable(), fault
    assert fault["message"], fault
    assert "\n" not in fault["message"], fault
    return "error"


def check_state(box: Box) -> None:
    """Hold what else was said against its types, and forget it."""
    for topic, payload in box.wire.sent:
        named = device_and_name(topic)
        if named is not None:
            msgspec.json.decode(payload, type=TOPICS[named[1]].message)
    box.wire.sent.clear()


if __name__ == "__main__":
    main()
