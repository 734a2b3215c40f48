from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import Catalogue, open_catalogue

# How fast a test runs says something of the machine, not of what is tested.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def starter_list() -> list[Film]:
    """The films of the real starter catalogue."""
    return films_of(starter_films())


@pytest.fixture(scope="session")
def starter(
    starter_list: list[Film], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Catalogue]:
    """The real starter catalogue, built once."""
    path = tmp_path_factory.mktemp("starter") / "films.sqlite"
    write_catalogue(starter_list, path)
    with open_catalogue(path) as catalogue:
        yield catalogue


@pytest.fixture
def catalogue_of(tmp_path: Path) -> Iterator[Callable[..., Catalogue]]:
    """A function that builds a catalogue of the films it is given, and opens it."""
    opened: list[Catalogue] = []

    def build(*films: Film) -> Catalogue:
        path = tmp_path / f"films{len(opened)}.sqlite"
        write_catalogue(films, path)
        opened.append(open_catalogue(path))
        return opened[-1]

    yield build
    for catalogue in opened:
        catalogue.close()
