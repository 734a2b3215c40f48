"""What people and machines may ask: the table of commands, and their parser.

Every payload comes from outside: it becomes a typed `Command`, or a `Rejection` that names the
field at fault. Nothing in between, and no exception.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from emoflix_device.faults import explain
from emoflix_device.mqtt.messages import ErrorMessage, RecommendationsMessage, Reply
from emoflix_device.mqtt.requests import (
    AnalyzeRequest,
    AnalyzeResult,
    CameraRequest,
    CameraResult,
    ConsentRequest,
    ConsentResult,
    PlayRequest,
    PlayResult,
    RecommendRequest,
    Request,
    SearchRequest,
    SearchResult,
)
from emoflix_device.mqtt.topics import Topics
from emoflix_device.mqtt.viewer_requests import (
    CorrectMoodRequest,
    CorrectMoodResult,
    FeedbackRequest,
    FeedbackResult,
    HistoryRequest,
    HistoryResult,
    PreferencesRequest,
    PreferencesResult,
    ProfileRequest,
    ProfileResult,
)

JSON_LIMIT_BYTES: Final = 64 * 1024
PICTURE_LIMIT_BYTES: Final = 4 * 1024 * 1024
FIELD_LIMIT: Final = 100
WHOLE_PAYLOAD: Final = "payload"


class Kind(NamedTuple):
    """One command of the contract."""

    request: type[Request]
    result: type[msgspec.Struct]
    meaning: str
    limit_bytes: int = JSON_LIMIT_BYTES
    words: Mapping[bytes, Request] = {}
    """Payloads taken as they stand, for senders that know no JSON."""
    raw: Callable[[bytes], Request] | None = None
    """Takes every payload as it is, where it is no JSON."""


COMMANDS: Final[Mapping[str, Kind]] = {
    "recommend": Kind(RecommendRequest, RecommendationsMessage, "make a slate now"),
    "consent": Kind(
        ConsentRequest,
        ConsentResult,
        "give or withdraw consent; before it is given no frame is looked at",
    ),
    "camera": Kind(
        CameraRequest,
        CameraResult,
        "OFF closes the camera itself",
        words={b"ON": CameraRequest(camera="ON"), b"OFF": CameraRequest(camera="OFF")},
    ),
    "preferences": Kind(PreferencesRequest, PreferencesResult, "get or set preferences"),
    "feedback": Kind(FeedbackRequest, FeedbackResult, "say something of a film"),
    "profile": Kind(ProfileRequest, ProfileResult, "who watches, and what is kept of them"),
    "history": Kind(HistoryRequest, HistoryResult, "what was said of films"),
    "search": Kind(SearchRequest, SearchResult, "find films and people"),
    "play": Kind(PlayRequest, PlayResult, "choose a film, and start it where a player has it"),
    "analyze": Kind(
        AnalyzeRequest,
        AnalyzeResult,
        "read the faces in a picture, and find films for it; it is not kept",
        limit_bytes=PICTURE_LIMIT_BYTES,
        raw=lambda picture: AnalyzeRequest(picture=picture),
    ),
    "correct_mood": Kind(
        CorrectMoodRequest, CorrectMoodResult, "teach how the viewer's own face is to be read"
    ),
}
"""Exactly the commands that are handled; `info` lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asked, and where the answer goes."""

    user: str
    name: str
    """Of the command as it stands in the topic; may be one that does not exist."""
    reply_topic: str
    correlation: bytes | None = None
    """MQTT 5 correlation data, handed back with the answer."""
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Sender):
    """A request that can be carried out."""

    request: Request

    def done(self, result: msgspec.Struct) -> Reply[Any]:
        """The answer with the command's result."""
        return Reply(request=self.request_id, ok=result)

    def refused(self, field: str, message: str) -> Reply[Any]:
        """The answer to a request that is well formed and cannot be carried out."""
        return Reply(request=self.request_id, error=ErrorMessage(field=field, message=message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection(Sender):
    """A request that is answered with an error and changes nothing."""

    field: str
    message: str

    @property
    def reply(self) -> Reply[Any]:
        """What the sender is told."""
        return Reply(
            request=self.request_id, error=ErrorMessage(field=self.field, message=self.message)
        )


def parse_command(
    topics: Topics,
    topic: str,
    payload: bytes,
    *,
    response_topic: str | None = None,
    correlation: bytes | None = None,
) -> Command | Rejection | None:
    """Read one message; `None` if its topic is not a command's.

    Args:
        topics: the device's own.
        topic: where it was said.
        payload: what was said: a JSON object, nothing (the same as `{}`), or a known word.
        response_topic: MQTT 5's; honoured only inside the sender's own `reply/`.
        correlation: MQTT 5's.
    """
    found = topics.command_in(topic)
    if found is None:
        return None
    user, name = found
    honoured = response_topic is not None and topics.is_reply_to(user, response_topic)
    sender: dict[str, Any] = {
        "user": user,
        "name": name,
        "reply_topic": response_topic if honoured else topics.reply(user, name),
        "correlation": correlation,
    }
    kind = COMMANDS.get(name)
    if kind is None:
        known = ", ".join(COMMANDS)
        return Rejection(**sender, field="command", message=f"not known here; known are: {known}")
    if len(payload) > kind.limit_bytes:
        return Rejection(
            **sender,
            field=WHOLE_PAYLOAD,
            message=f"{len(payload)} bytes are too many; at most {kind.limit_bytes}",
        )
    try:
        request = _request(kind, payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        at_fault, message = explain(error, kind.request)
        return Rejection(
            **sender,
            request_id=_request_id(payload),
            field=at_fault[:FIELD_LIMIT] or WHOLE_PAYLOAD,
            message=message,
        )
    return Command(**sender, request_id=request.request, request=request)


def _request(kind: Kind, payload: bytes) -> Request:
    if kind.raw is not None:
        return kind.raw(payload)
    return kind.words.get(payload) or msgspec.json.decode(payload or b"{}", type=kind.request)


class _Identified(msgspec.Struct):
    request: str


def _request_id(payload: bytes) -> str | None:
    """The id in a request that is otherwise malformed, so that its sender knows which it was."""
    try:
        return msgspec.json.decode(payload, type=_Identified).request[:64]
    except (ValueError, RecursionError):
        return None
