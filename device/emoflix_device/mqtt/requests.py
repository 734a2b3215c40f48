"""What the room may be asked, and the answer to it; the same rules as for messages.

What a viewer asks and says for themselves is in `viewer_requests`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from emoflix_device.mqtt.messages import (
    CameraState,
    Expression,
    FilmMessage,
    Genre,
    Language,
    Name,
    Names,
    Probabilities,
    RequestId,
    Runtime,
    SlateId,
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
    unreadable: Annotated[
        int, Meta(ge=0, description="faces that were seen too poorly to be read; not in `faces`")
    ] = 0


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
