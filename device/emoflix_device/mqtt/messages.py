"""What is said over MQTT: one frozen type a payload, encoded as JSON.

Names on the wire are the contract's (`runtime`); names in the code carry their unit
(`runtime_min`). A field that is left out of a request takes the default given here.
"""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from emoflix_catalog.vocabulary import AGES, EXPRESSIONS, GENRES, LANGUAGES, MOOD_TAGS
from emoflix_device.household.feedback import FeedbackKind
from emoflix_device.household.words import REVIEW_LIMIT

if TYPE_CHECKING:
    Expression = str
    Language = str
    Genre = str
    MoodTag = str
    Age = int
else:  # the vocabularies themselves, so that they stand in the schema and in the errors
    Expression = Literal[EXPRESSIONS]
    Language = Literal[tuple(LANGUAGES)]
    Genre = Literal[GENRES]
    MoodTag = Literal[tuple(MOOD_TAGS)]
    Age = Literal[AGES]

_T = TypeVar("_T")

Unit = Annotated[float, Meta(ge=0, le=1)]
Signed = Annotated[float, Meta(ge=-1, le=1)]
Count = Annotated[int, Meta(ge=0)]
Instant = Annotated[dt.datetime, Meta(tz=True)]
Runtime = Annotated[int, Meta(ge=1, le=1000, description="minutes")]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
Stars = Annotated[float, Meta(ge=0.5, le=5, description="stars, from a half to five")]
Review = Annotated[str, Meta(min_length=1, max_length=REVIEW_LIMIT)]
ProfileName = Annotated[Name, Meta(description="a profile's name; the one that watches if unset")]
SlateId = Annotated[Name, Meta(description="the slate it stood in")]
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
Occasion = Literal["request", "arrival", "mood"]
Hint = Literal["closer", "light", "still", "good"]


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
    motion: Annotated[
        Unit | None,
        Meta(
            description="share of the picture that changes from one second to the next, over the "
            "last half minute; null before two looks a second apart"
        ),
    ] = None


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
    playable: Annotated[bool, Meta(description="a player here has it: `play` starts it")] = False
    surprise: Annotated[bool, Meta(description="outside what the viewer usually likes")] = False


class RecommendationsMessage(Struct, frozen=True, kw_only=True):
    """A slate. Says nothing of the mood: reasons that do go into the event `recommended`."""

    slate: Annotated[str, Meta(description="the slate's id")]
    made: Instant
    films: tuple[FilmMessage, ...]
    note: Annotated[
        str, Meta(description="which wishes were relaxed, or why there are no or too few films")
    ] = ""
    occasion: Annotated[
        Occasion, Meta(description="why it was made; a `mood` that changed wakes no television")
    ] = "request"


class SettingsMessage(Struct, frozen=True, kw_only=True):
    """What is set and what goes on."""

    camera: CameraState
    camera_fault: Annotated[str | None, Meta(description="why the camera is lost")] = None
    evening: Evening
    film: Annotated[
        str | None, Meta(description="id of the film that plays, or that is asked about afterwards")
    ] = None
    film_title: str | None = None
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


class Configured(Struct, frozen=True, kw_only=True):
    """What became of the settings that whoever looks after the fleet wished for."""

    id: Annotated[str, Meta(description="of the wish; empty where it could not be read")]
    error: Annotated[
        "ErrorMessage | None", Meta(description="why it was refused; null where it counts")
    ] = None


class InfoMessage(Struct, frozen=True, kw_only=True):
    """What this device is and understands."""

    program: Annotated[str, Meta(description="version")]
    model: Annotated[str, Meta(description="version of the expression model")]
    catalogue: Annotated[str, Meta(description="version of the catalogue")]
    languages: Annotated[tuple[str, ...], Meta(description="of films offered, ISO 639-1")]
    commands: tuple[str, ...]
    fresh: Annotated[bool, Meta(description="`recommend` can look again first")] = True
    notice: Annotated[str, Meta(description="says that a camera reads expressions here")]
    configuration: Annotated[
        Configured | None, Meta(description="what was set from afar, where the owner allows it")
    ] = None


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


class FeedbackGiven(Event, frozen=True, kw_only=True, tag="feedback"):
    """Somebody said something of a film."""

    film: str
    kind: FeedbackKind


class Guide(Event, frozen=True, kw_only=True, tag="guide"):
    """How to be seen better, while a fresh look is taken."""

    hint: Hint
    left_s: Annotated[float, Meta(ge=0, description="until the look is over")]


class PlayingBegun(Event, frozen=True, kw_only=True, tag="playing"):
    """A film was chosen."""

    film: str
    title: str


class HowWasIt(Event, frozen=True, kw_only=True, tag="afterwards"):
    """The film is over: it is asked how it was."""

    film: str
    title: str


AnyEvent = (
    MoodChanged
    | Recommended
    | CameraLost
    | CameraBack
    | FeedbackGiven
    | Guide
    | PlayingBegun
    | HowWasIt
)


class ErrorMessage(Struct, frozen=True, kw_only=True):
    """Why nothing was done."""

    field: Annotated[str, Meta(description="`payload` where it is no single field")]
    message: str


class Reply(Struct, Generic[_T], frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one command: `ok` with the result, or `error`."""

    request: Annotated[str | None, Meta(description="the request's id, where it had one")] = None
    ok: _T | UnsetType = UNSET
    error: ErrorMessage | UnsetType = UNSET


class ConfigurationMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever looks after the fleet wishes of a device (heard, not said; retained)."""

    id: Annotated[str, Meta(min_length=1, max_length=64, description="by which `info` names it")]
    settings: Annotated[
        dict[str, dict[str, Any]],
        Meta(description="section, key and value, as in the configuration file"),
    ]


def encode(message: Struct | str) -> bytes:
    """The payload of a message: JSON, or the bare word of `availability`."""
    return message.encode() if isinstance(message, str) else msgspec.json.encode(message)
