from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from emoflix_device.mqtt.commands import Command
from emoflix_device.mqtt.inbox import LIMIT, LIMIT_BYTES, Inbox
from emoflix_device.mqtt.requests import CameraRequest


def command(number: int) -> Command:
    return Command(
        user="anna",
        name="camera",
        reply_topic="reply",
        request_id=str(number),
        request=CameraRequest(camera="ON"),
    )


def test_one_more_than_the_limit_finds_no_room_until_one_is_taken() -> None:
    inbox = Inbox()
    assert all(inbox.put(command(number), 1) for number in range(LIMIT))
    assert not inbox.put(command(LIMIT), 1)
    inbox.take()
    assert inbox.put(command(LIMIT), 1)


@given(st.lists(st.none() | st.integers(0, LIMIT_BYTES), max_size=300))
def test_what_waits_is_bounded_in_bytes_and_comes_out_in_order(steps: list[int | None]) -> None:
    inbox = Inbox()
    waiting: deque[tuple[Command, int]] = deque()
    for number, size_bytes in enumerate(steps):  # `None` takes one out
        if size_bytes is None:
            assert inbox.take() == (waiting.popleft()[0] if waiting else None)
            continue
        fits = sum(size for _, size in waiting) + size_bytes <= LIMIT_BYTES
        fits = fits and len(waiting) < LIMIT
        assert inbox.put(command(number), size_bytes) == fits
        if fits:
            waiting.append((command(number), size_bytes))
