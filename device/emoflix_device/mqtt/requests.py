"""What may be asked, and what a good request is answered with; the same rules as for messages."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from emoflix_device.household.feedback import Blame, FeedbackKind
from emoflix_device.household.preferences import Library
from emoflix_device.mqtt.messages import (
    Age,
    Announced,
    CameraState,
    Count,
    Expression,
    FilmMessage,
    Genre,
    Instant,
    Language,
    MoodTag,
    Name,
    Names,
    Probabilities,
    ProfileName,
    RequestId,
    Review,
    Runtime,
    SlateId,
    Stars,
    Unit,
)

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
    genres: (
        Annotated[tuple[Genre, ...], Meta(max_length=50, description="films of one of these")]
        | None
    ) = None
    max_runtime_min: Runtime | None = field(default=None, name="max_runtime")
    lift: Unit | None = None
    profile: Annotated[
        Name | Annotated[tuple[Name, ...], Meta(min_length=1, max_length=20)] | None,
        Meta(description="who watches: one profile or several; the one that is selected if unset"),
    ] = None
    fresh: Annotated[
        bool,
        Meta(description="look for five seconds first; events `guide` say how to be seen better"),
    ] = False

    @property
    def profiles(self) -> tuple[str, ...]:
        """Those that are named."""
        if self.profile is None:
            return ()
        return (self.profile,) if isinstance(self.profile, str) else self.profile

    def whose(self, current: str) -> str | None:
        """The first that is named."""
        return (*self.profiles, current)[0]

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
    mood_tags_left_out: Annotated[tuple[MoodTag, ...], Meta(max_length=50)] | UnsetType = UNSET
    libraries: (
        Annotated[
            tuple[Library, ...],
            Meta(max_length=2, description="only films that one of these holds; empty: any"),
        ]
        | UnsetType
    ) = UNSET
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
    mood_tags_left_out: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    max_runtime_min: int | None = field(default=None, name="max_runtime")
    max_age: Annotated[
        int | None, Meta(description="only films meant for this age or younger, in years")
    ] = None
    lift: Unit = 0.5


class FeedbackRequest(Request, frozen=True, kw_only=True):
    """Say something of a film. It is kept before it is answered."""

    film: Annotated[Name, Meta(description="the film's id")]
    kind: FeedbackKind
    rating: Annotated[Stars | None, Meta(description="with `rating`, `watched` or `review`")] = None
    review: Annotated[Review | None, Meta(description="with `review`")] = None
    because: Annotated[
        Blame | None,
        Meta(description="with `stopped_early`: what was to blame; the evening if unset"),
    ] = None
    slate: SlateId | None = None
    profile: ProfileName | None = None

    def whose(self, current: str) -> str | None:
        """Who said it."""
        return self.profile or current


class FeedbackResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That it was kept."""

    learnt: Annotated[
        bool,
        Meta(
            description="whether the next slates are weighed anew for it: it says something for or "
            "against the film, and the film stood in one of the last slates"
        ),
    ]
    understood: Annotated[
        bool | None,
        Meta(
            description="of a review alone: whether its words were read. Another language than "
            "English, or no opinion, is not understood: the words are kept and teach nothing"
        ),
    ] = None


class ProfileRequest(Request, frozen=True, kw_only=True):
    """Ask for the people of the household, and what is kept of them."""

    action: Annotated[
        Literal["list", "create", "select", "rename", "export", "erase", "forget", "introduce"],
        Meta(description="`forget`: what was learnt of them, not what they said"),
    ]
    name: Annotated[
        Name | None,
        Meta(
            description="which profile; `household` is the house as a whole. Only `list` and "
            "`introduce` do without"
        ),
    ] = None
    new_name: Annotated[Name | None, Meta(description="with `rename`")] = None

    @property
    def effect(self) -> Effect:
        """Some actions only ask."""
        return "reads" if self.action in {"list", "export", "introduce"} else "writes"

    def whose(self, current: str) -> str | None:  # noqa: ARG002
        """An erased profile has no answers."""
        if self.action == "erase":
            return None
        return self.new_name if self.action == "rename" else self.name


class ProfileResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for; nothing more where something was done."""

    profiles: Annotated[tuple[str, ...], Meta(description="with `list`")] | UnsetType = UNSET
    selected: (
        Annotated[str | None, Meta(description="with `list`; null: the household as a whole")]
        | UnsetType
    ) = UNSET
    films: (
        Annotated[
            tuple[FilmMessage, ...],
            Meta(description="with `introduce`: six to like or not, whose answers tell most"),
        ]
        | UnsetType
    ) = UNSET
    data: (
        Annotated[
            dict[str, Any], Meta(description="with `export`: all that is kept of the profile")
        ]
        | UnsetType
    ) = UNSET


class HistoryRequest(Request, frozen=True, kw_only=True):
    """Ask for what was said of films, add a film that was seen, or remove one from it."""

    action: Literal["list", "add", "remove"] = "list"
    film: Annotated[Name | None, Meta(description="with `add` and `remove`; its id")] = None
    count: Annotated[int, Meta(ge=1, le=500, description="the newest so many")] = 100
    profile: ProfileName | None = None

    @property
    def effect(self) -> Effect:
        """To list only asks."""
        return "reads" if self.action == "list" else "writes"

    def whose(self, current: str) -> str | None:
        """Whose history it is."""
        return self.profile or current


class HistoryEntry(Struct, frozen=True, kw_only=True):
    """One thing that was said of a film."""

    film: str
    title: Annotated[str, Meta(description="the id where the catalogue no longer has the film")]
    year: int | None
    kind: FeedbackKind
    rating: Annotated[float, Meta(ge=0, le=5, description="stars")] | None
    at: Instant


class HistoryResult(Struct, frozen=True, kw_only=True):
    """The newest first; after `add` and `remove`, what is kept of that film."""

    entries: tuple[HistoryEntry, ...]


class SearchRequest(Request, frozen=True, kw_only=True):
    """Find films and people, however they are spelt; the last word may be unfinished."""

    title: Annotated[Name | None, Meta(description="words of a title")] = None
    person: Annotated[Name | None, Meta(description="words of a name")] = None
    count: Annotated[int, Meta(ge=1, le=50)] = 10

    @property
    def effect(self) -> Effect:
        """It only asks."""
        return "reads"


class SearchResult(Struct, frozen=True, kw_only=True):
    """What was found, the closest first."""

    films: tuple[FilmMessage, ...]
    people: Annotated[tuple[str, ...], Meta(description="with `person`: names that fit")]


class PlayRequest(Request, frozen=True, kw_only=True):
    """Choose a film: it is started where a player has it, and the evening is left alone."""

    film: Annotated[Name, Meta(description="the film's id")]
    slate: SlateId | None = None

    @property
    def effect(self) -> Effect:
        """A film begins."""
        return "acts"


class PlayResult(Struct, frozen=True, kw_only=True):
    """That the film was chosen."""

    started: Annotated[bool, Meta(description="false: no player here has it, put it on yourselves")]


class AnalyzeRequest(Request, frozen=True, kw_only=True):
    """The bytes of a JPEG or PNG, as they are: no JSON."""

    picture: bytes

    @property
    def effect(self) -> Effect:
        """It only asks; the picture is not kept."""
        return "reads"


class FaceMessage(Struct, frozen=True, kw_only=True):
    """One face of a picture; the box is in its pixels."""

    x: int
    y: int
    width: int
    height: int
    expression: Expression
    probabilities: Probabilities


class AnalyzeResult(Struct, frozen=True, kw_only=True):
    """What the picture shows, and films for it."""

    faces: tuple[FaceMessage, ...]
    films: Annotated[
        tuple[FilmMessage, ...],
        Meta(description="for the mood of the faces, and as far as known like the picture"),
    ]
    look_alike: Annotated[
        tuple[FilmMessage, ...],
        Meta(description="with the picture's colours and light; empty where no look is known"),
    ] = ()


class CorrectMoodRequest(Request, frozen=True, kw_only=True):
    """Say what your face really shows: it is read better from then on, in your profile."""

    shown: Annotated[Announced, Meta(description="the mood that is told wrongly")]
    actual: Annotated[Expression, Meta(description="what it is")] = "neutral"
    profile: ProfileName | None = None

    def whose(self, current: str) -> str | None:
        """Whose face it is."""
        return self.profile or current


class CorrectMoodResult(Struct, frozen=True, kw_only=True):
    """That it was learnt."""

    corrections: Annotated[Count, Meta(description="that are remembered of this profile")]
