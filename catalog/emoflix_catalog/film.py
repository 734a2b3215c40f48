"""The film: one record, whatever source its facts came from."""

import datetime as dt

import msgspec

STARTER_SOURCE = "starter"
STARTER_LICENCE = "CC0-1.0"


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one film. Words come from `emoflix_catalog.vocabulary`.

    Tuples stand in order of weight: the main language, the first-billed actor, the most fitting
    genre and the strongest mood tag come first. `None`, "" and () mean that nobody said.
    """

    id: str
    """The catalogue's own name of the film: [a-z0-9-]+, such as `drishyam-2013`."""
    title: str
    """As an English-speaking viewer finds it, in Latin letters where one is usual."""
    year: int
    """Of the first release."""
    original_title: str = ""
    """In the script of its language; the same as `title` where there is no other."""
    runtime_min: int | None = None
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes."""
    genres: tuple[str, ...] = ()
    age: int | None = None
    """The youngest age it is meant for, one of `AGES`."""
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    synopsis: str = ""
    rating: float | None = None
    """The mean of the votes, 0 to 10."""
    votes: int | None = None
    liking: float | None = None
    """How much its reviews like it, 0 to 1: the mean of what each was read as."""
    reviews: int | None = None
    """How many there are in `liking`."""
    keywords: tuple[str, ...] = ()
    mood_tags: tuple[str, ...] = ()
    popularity: float | None = None
    """In the source's own unit: only its order means something."""
    popularity_on: dt.date | None = None
    """The day `popularity` was taken."""
    popularity_by: str = ""
    """The source that says so; empty where it is `source`."""
    identifiers: dict[str, str] = {}
    """Scheme (`imdb`, `tmdb`, `wikidata`, `movielens`, `jellyfin`, `kodi`) to the name there."""
    source: str = STARTER_SOURCE
    """Where the row came from, so that a source can be taken out again."""
    licence: str = STARTER_LICENCE
    """SPDX name, or the source's own terms in a word."""

    @property
    def language(self) -> str:
        """The main language's code, "" where it is not known."""
        return self.languages[0] if self.languages else ""

    def __str__(self) -> str:
        """Title and year, as people name a film."""
        return f"{self.title} ({self.year})"
