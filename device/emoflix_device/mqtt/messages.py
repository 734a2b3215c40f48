"""What is said over MQTT: one frozen type a payload, encoded as JSON.

Names on the wire are the contract's (`runtime`); names in the code carry their unit
(`runtime_min`). A field that is left out of a request takes the default given here.
"""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from emoflix_catalog.vocabulary import AGES, EXPRESSIONS, GENRES, LANGUAGES

if TYPE_CHECKING:
    Expression = str
    Language = str
    Genre = str
    Age = int
else:  # the vocabularies themselves, so that they stand in the schema and in the errors
    Expression = Literal[EXPRESSIONS]
    Language = Literal[tuple(LANGUAGES)]
    Genre = Literal[GENRES]
    Age = Literal[AGES]

_T = TypeVar("_T")

Unit = Annotated[float, Meta(ge=0, le=1)]
Signed = Annotated[float, Meta(ge=-1, le=1)]
Count = Annotated[int, Meta(ge=0)]
Instant = Annotated[dt.datetime, Meta(tz=True)]
Runtime = Annotated[int, Meta(ge=1, le=1000, description="minutes")]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
RequestId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="chosen by the client; an id seen before gets its old answer again",
    ),
]

Availability = Literal["online", "offline"]
Announced = Literal[
    "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "uncertain", "nobody"
]
CameraState = Literal["on", "off", "lost", "no consent"]
Evening = Literal["waiting", "choosing", "playing", "afterwards"]
Light = Literal["dark", "dim", "bright"]


# State: retained, the latest value of each.


class Probabilities(Struct, frozen=True):
    """How likely each expression is, in the order of `EXPRESSIONS`; they sum to 1."""

    angry: Unit
    disgust: Unit
    fear: Unit
    happy: Unit
    sad: Unit
    surprise: Unit
    neutral: Unit


class MoodMessage(Struct, frozen=True, kw_only=True):
    """What the room feels."""

    mood: Announced
    confidence: Unit
    probabilities: Probabilities
    valence: Annotated[Signed, Meta(description="from unpleasant to pleasant")]
    arousal: Annotated[Signed, Meta(description="from calm to excited")]
    since: Annotated[Instant, Meta(description="when `mood` began")]
    people: Annotated[Count, Meta(description="faces seen in the last look")]
    light: Annotated[Light | None, Meta(description="null before the first look")] = None


class LinkMessage(Struct, frozen=True, kw_only=True):
    """Where to read on; opened only by a person."""

    name: str
    url: Annotated[str, Meta(pattern="^https?://")]


class FilmMessage(Struct, frozen=True, kw_only=True):
    """One film of a slate."""

    id: str
    title: str
    original_title: str
    year: int
    language: Annotated[str, Meta(description="ISO 639-1; empty where not known")]
    genres: tuple[str, ...]
    runtime_min: Annotated[int | None, Meta(description="minutes")] = field(name="runtime")
    cast: tuple[str, ...]
    director: Annotated[str, Meta(description="several are joined by a comma")]
    score: Annotated[float, Meta(description="only the order within a slate means something")]
    reasons: Annotated[
        tuple[str, ...], Meta(description="the weightiest first; none tells the mood")
    ]
    links: tuple[LinkMessage, ...] = ()
    playable: Annotated[bool, Meta(description="a player here has it: `play` works")] = False


class RecommendationsMessage(Struct, frozen=True, kw_only=True):
    """A slate. Says nothing of the mood: reasons that do go into the event `recommended`."""

    slate: Annotated[str, Meta(description="the slate's id")]
    made: Instant
    films: tuple[FilmMessage, ...]
    note: Annotated[
        str, Meta(description="which wishes were relaxed, or why there are no or too few films")
    ] = ""


class SettingsMessage(Struct, frozen=True, kw_only=True):
    """What is set and what goes on."""

    camera: CameraState
    camera_fault: Annotated[str | None, Meta(description="why the camera is lost")] = None
    evening: Evening
    profile: Annotated[str | None, Meta(description="null: the household as a whole")] = None
    languages: Annotated[tuple[str, ...], Meta(description="wanted; empty: all")] = ()
    lift: Annotated[Unit, Meta(description="0 matches the mood, 1 lifts it")] = 0.5


class HealthMessage(Struct, frozen=True, kw_only=True):
    """How the device fares; counts are since its start, times are recent means."""

    frames_in: Count
    frames_processed: Count
    frames_dropped: Count
    frames_per_s: Annotated[float, Meta(ge=0, description="processed")]
    face_ms: Annotated[float | None, Meta(description="finding faces in one frame")] = None
    expression_ms: Annotated[float | None, Meta(description="reading one frame's faces")] = None
    loop_lag_ms: Annotated[float | None, Meta(description="a frame's wait for the loop")] = None
    memory_mb: Annotated[float | None, Meta(description="resident")] = None
    temperature_c: Annotated[float | None, Meta(description="of the processor")] = None
    uptime_s: Annotated[float, Meta(ge=0)]
    broker_reconnects: Count
    camera_restarts: Count


class InfoMessage(Struct, frozen=True, kw_only=True):
    """What this device is and understands."""

    program: Annotated[str, Meta(description="version")]
    model: Annotated[str, Meta(description="version of the expression model")]
    catalogue: Annotated[str, Meta(description="version of the catalogue")]
    languages: Annotated[tuple[str, ...], Meta(description="of films offered, ISO 639-1")]
    commands: tuple[str, ...]
    notice: Annotated[str, Meta(description="says that a camera reads expressions here")]


# Events: not retained.


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that happened."""

    at: Instant


class MoodChanged(Event, frozen=True, kw_only=True, tag="mood_changed"):
    """Another mood is announced."""

    mood: Announced
    previous: Announced
    confidence: Unit


class Recommended(Event, frozen=True, kw_only=True, tag="recommended"):
    """A new slate stands on `recommendations`; here is what it owes to the mood."""

    slate: Annotated[str, Meta(description="the slate's id")]
    mood: Announced
    mood_reasons: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="film id to the reasons that tell the mood; films without are left out"),
    ]


class CameraLost(Event, frozen=True, kw_only=True, tag="camera_lost"):
    """No frames arrive; the camera is tried again and again."""

    fault: str


class CameraBack(Event, frozen=True, kw_only=True, tag="camera_back"):
    """Frames arrive again."""


AnyEvent = MoodChanged | Recommended | CameraLost | CameraBack


# Requests and what a good one is answered with.


Effect = Literal["reads", "acts", "writes"]
"""What a request does: it only asks; something happens, and not again for the same id; or the
store is written, in one with the answer."""


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all requests may carry."""

    request: RequestId | None = None

    @property
    def effect(self) -> Effect:
        """What it does."""
        return "writes"

    def whose(self, current: str) -> str | None:
        """The profile that its answer belongs to, and is erased with; None: it names nobody.

        Args:
            current: the profile that is chosen.
        """
        return current


class RecommendRequest(Request, frozen=True, kw_only=True):
    """Make a slate now. What is left out is taken from the preferences and the room."""

    count: Annotated[int, Meta(ge=1, le=50)] | None = None
    mood: Annotated[Expression, Meta(description="instead of what the camera reads")] | None = None
    languages: Annotated[tuple[Language, ...], Meta(max_length=50)] | None = None
    actors: Names | None = None
    max_runtime_min: Runtime | None = field(default=None, name="max_runtime")
    lift: Unit | None = None

    @property
    def effect(self) -> Effect:
        """A slate is shown."""
        return "acts"


class ConsentRequest(Request, frozen=True, kw_only=True):
    """Allow something, or forbid it."""

    consent: Literal["give", "withdraw"]
    purpose: Annotated[
        Literal["camera", "moods"],
        Meta(
            description="`camera`: to look through it; `moods`: to keep the word for the mood with "
            "each slate, for 90 days"
        ),
    ] = "camera"


class ConsentResult(Struct, frozen=True, kw_only=True):
    """Whether there is that consent now."""

    given: bool


class CameraRequest(Request, frozen=True, kw_only=True):
    """Open or close the camera itself."""

    camera: Literal["ON", "OFF"]


class CameraResult(Struct, frozen=True, kw_only=True):
    """What the camera does now."""

    camera: CameraState


class PreferencesRequest(Request, frozen=True, kw_only=True):
    """Set what is given, keep the rest; with nothing given, only ask."""

    languages: Annotated[tuple[Language, ...], Meta(max_length=50)] | UnsetType = UNSET
    actors: Names | UnsetType = UNSET
    directors: Names | UnsetType = UNSET
    genres_left_out: Annotated[tuple[Genre, ...], Meta(max_length=50)] | UnsetType = UNSET
    max_runtime_min: Runtime | UnsetType | None = field(default=UNSET, name="max_runtime")
    max_age: Age | UnsetType | None = UNSET
    lift: Unit | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """The preferences that are set by it."""
        fields = msgspec.structs.asdict(self).items()
        return {name: value for name, value in fields if name != "request" and value is not UNSET}

    @property
    def effect(self) -> Effect:
        """With nothing given, it only asks."""
        return "writes" if self.given() else "reads"


class PreferencesResult(Struct, frozen=True, kw_only=True):
    """All preferences as they stand now."""

    languages: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    genres_left_out: tuple[str, ...] = ()
    max_runtime_min: int | None = field(default=None, name="max_runtime")
    max_age: Annotated[
        int | None, Meta(description="only films meant for this age or younger, in years")
    ] = None
    lift: Unit = 0.5


class ErrorMessage(Struct, frozen=True, kw_only=True):
    """Why nothing was done."""

    field: Annotated[str, Meta(description="`payload` where it is no single field")]
    message: str


class Reply(Struct, Generic[_T], frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one command: `ok` with the result, or `error`."""

    request: Annotated[str | None, Meta(description="the request's id, where it had one")] = None
    ok: _T | UnsetType = UNSET
    error: ErrorMessage | UnsetType = UNSET


def encode(message: Struct | str) -> bytes:
    """The payload of a message: JSON, or the bare word of `availability`."""
    return message.encode() if isinstance(message, str) else msgspec.json.encode(message)
