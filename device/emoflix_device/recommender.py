"""The catalogue behind the recommender, and the slate for an evening."""

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from emoflix_catalog.build import version_of, write_catalogue
from emoflix_catalog.errors import CatalogueError, UnknownFilmError
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Context, MoodReading, Seat, Slate, recommend_together
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
    if settings.catalogue is not None:
        return open_catalogue(settings.catalogue)
    return _open_starter(state_dir / STARTER)


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

    def __init__(self, catalogue: Catalogue, *, count: int) -> None:
        self.catalogue = catalogue
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

    def film(self, film_id: str) -> Film:
        """The film of this id.

        Raises:
            RefusedError: there is none.
        """
        try:
            return self.catalogue.film(film_id)
        except UnknownFilmError:
            raise RefusedError("film", "is no id of a film in the catalogue") from None
