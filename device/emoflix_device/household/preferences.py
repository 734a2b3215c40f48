"""What a viewer asks of every slate, said once and kept."""

from typing import Annotated, Final, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import asdict

from emoflix_catalog.recommend import Viewer
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES, MOOD_TAGS

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
RuntimeMin = Annotated[int, Meta(ge=1, le=1000)]
Lift = Annotated[float, Meta(ge=0, le=1)]
Library = Literal["jellyfin", "kodi"]
LIBRARIES: Final = get_args(Library)
"""Where the household has its own films, by the name of their identifiers."""


class Preferences(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The standing wishes of one profile."""

    languages: Names = ()
    """ISO 639-1 codes, the dearest first; empty: any."""
    actors: Names = ()
    directors: Names = ()
    genres_left_out: Names = ()
    mood_tags_left_out: Names = ()
    libraries: Names = ()
    """Only films that one of these holds; empty: any."""
    max_age: Annotated[int, Meta(ge=0, le=18)] | None = None
    """Only films meant for this age or younger."""
    max_runtime_min: RuntimeMin | None = None
    lift: Lift = 0.5
    """How far films are to move the mood: 0 matches it, 1 lifts it."""

    def __post_init__(self) -> None:
        """Hold every word against its vocabulary."""
        for known, field, words in (
            (LANGUAGES, "languages", self.languages),
            (GENRES, "genres_left_out", self.genres_left_out),
            (MOOD_TAGS, "mood_tags_left_out", self.mood_tags_left_out),
            (LIBRARIES, "libraries", self.libraries),
        ):
            for word in words:
                if word not in known:
                    raise ValueError(f"{field}: {word!r} is none of {', '.join(known)}")
        if self.max_age is not None and self.max_age not in AGES:
            raise ValueError(f"max_age: must be one of {', '.join(map(str, AGES))}")

    def viewer(self) -> Viewer:
        """The same wishes as the recommender takes them."""
        return Viewer(**asdict(self))
