"""The catalogue behind the recommender, and the slate for an evening."""

import contextlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from emoflix_catalog.build import version_of, write_catalogue
from emoflix_catalog.errors import CatalogueError, UnknownFilmError
from emoflix_catalog.features.look import Look
from emoflix_catalog.film import Film
from emoflix_catalog.looks import most_alike, resemblance
from emoflix_catalog.recommend import (
    Context,
    MoodReading,
    Resemblance,
    Seat,
    Slate,
    Viewer,
    recommend_together,
)
from emoflix_catalog.recommend.rewards import ReviewReader
from emoflix_catalog.recommend.wishes import fitting
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_device.config import RecommenderSettings
from emoflix_device.errors import RefusedError

STARTER: Final = "starter.emoflix"


def open_films(settings: RecommenderSettings, state_dir: Path) -> Catalogue:
    """Open the configured catalogue, or the starter catalogue built in the state folder.

    Raises:
        emoflix_catalog.errors.CatalogueError: the file is missing, broken or of another version,
            or the starter catalogue cannot be written.
    """
    file = films_path(settings, state_dir)
    return _open_starter(file) if settings.catalogue is None else open_catalogue(file)


def films_path(settings: RecommenderSettings, state_dir: Path) -> Path:
    """Where the catalogue is; what is known of its films besides lies next to it."""
    return settings.catalogue or state_dir / STARTER


def _open_starter(file: Path) -> Catalogue:
    """The starter catalogue; written only when a program update brought other films."""
    films = sorted(films_of(starter_films()), key=lambda film: film.id)
    if file.exists():
        with contextlib.suppress(CatalogueError):
            catalogue = open_catalogue(file)
            if catalogue.version == version_of(films):
                return catalogue
            catalogue.close()
    write_catalogue(films, file)
    return open_catalogue(file)


class Recommender:
    """Makes slates from one catalogue, and knows its films."""

    def __init__(
        self, catalogue: Catalogue, looks: Mapping[str, Look], reviews: ReviewReader, *, count: int
    ) -> None:
        """Take a catalogue over.

        Args:
            catalogue: open.
            looks: how films look, by their ids, as far as that is known.
            reviews: tells whether a written review is for or against a film.
            count: of films in a slate.
        """
        self.catalogue = catalogue
        self.reviews = reviews
        self._looks = looks
        self._count = count

    def slate(
        self,
        seats: Sequence[Seat],
        mood: MoodReading | None,
        context: Context,
        *,
        count: int | None = None,
    ) -> Slate:
        """A slate for those who watch, on this evening; asked again it may be another."""
        return recommend_together(
            self.catalogue,
            seats,
            mood,
            context,
            count=count or self._count,
            seed=random.randrange(2**32),  # noqa: S311 - variety, not secrecy
        )

    def resemblance(self, look: Look) -> Resemblance:
        """How much the films look like a picture."""
        return resemblance(self.catalogue, self._looks, look)

    def look_alike(self, picture: Resemblance, viewer: Viewer) -> list[Film]:
        """Films that look like a picture, the most alike first; none that the viewer refuses."""
        fits = fitting(self.catalogue, viewer)
        found = most_alike(picture, count=len(self._looks))
        alike = [each.number for each in found if fits[each.number]]
        return [self.catalogue.film_at(number) for number in alike[: self._count]]

    def film(self, film_id: str) -> Film:
        """The film of this id.

        Raises:
            RefusedError: there is none.
        """
        try:
            return self.catalogue.film(film_id)
        except UnknownFilmError:
            raise RefusedError("film", "is no id of a film in the catalogue") from None
