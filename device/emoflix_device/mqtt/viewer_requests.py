"""What a viewer may ask and say of themselves and of films, and what that is answered with."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from emoflix_device.household.feedback import Blame, FeedbackKind
from emoflix_device.household.preferences import Library
from emoflix_device.mqtt.messages import (
    Age,
    Announced,
    Count,
    Expression,
    FilmMessage,
    Genre,
    Instant,
    Language,
    MoodTag,
    Name,
    Names,
    ProfileName,
    Review,
    Runtime,
    SlateId,
    Stars,
    Unit,
)
from emoflix_device.mqtt.requests import Effect, Request


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
