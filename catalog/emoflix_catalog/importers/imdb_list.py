"""IMDb's CSV exports of a member's ratings (`Your Rating`, 1 to 10) and of lists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emoflix_catalog.importers.contract import Request, Tally, Watched
from emoflix_catalog.importers.viewing import Columns, watched_in

_COLUMNS: Final = Columns(
    title=("Title",),
    year=("Year",),
    on=("Date Rated", "Created"),
    rating=("Your Rating",),
    most_stars=10,
    identifiers={"imdb": "Const"},
    kind=("Title Type",),
    kinds=frozenset({"movie", "tvmovie", "tv movie", "video", "feature film"}),
)


def history(request: Request, tally: Tally) -> Iterator[Watched]:
    """What a member rated, or put on a list of films seen.

    Raises:
        SourceError: It is no such table, or cannot be read.
    """
    return watched_in(Path(request.where), _COLUMNS, tally)
