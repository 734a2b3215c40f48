"""A table of reviews: how much each film's reviews like it, read by what the catalogue reads with.

The texts themselves are not kept.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emoflix_catalog.importers import tidy
from emoflix_catalog.importers.contract import Found, Request, SourceError, Tally
from emoflix_catalog.importers.files import csv_rows
from emoflix_catalog.reviews import review_reader
from emoflix_catalog.store import open_catalogue

_NEEDED: Final = ("film", "text")


def read(request: Request, tally: Tally) -> Iterator[Found]:
    """The catalogue's films that have reviews which are understood, with their mean.

    A review that the reader puts at s, from -1 to 1, likes its film by (1 + s) / 2.

    Raises:
        SourceError: The table cannot be read, or lacks a column.
        StoreError: The catalogue or its classifier cannot be opened.
    """
    if request.catalogue is None:
        raise SourceError("reviews are of the films of a catalogue: name it")
    reader = review_reader(request.catalogue)
    said: dict[int, list[float]] = defaultdict(list)
    with open_catalogue(request.catalogue) as catalogue:
        for place, row in csv_rows(Path(request.where), tally, _NEEDED):
            tally.read += 1
            found = catalogue.numbers([row["film"]])
            if not found.size:
                tally.pass_by("no film of this id", place, row["film"][:40])
                continue
            sentiment = reader.sentiment(row["text"])
            if sentiment is None:
                tally.pass_by("not understood", place, row["text"][:40])
                continue
            said[int(found[0])].append((1 + sentiment) / 2)
        films = {number: catalogue.film_at(number) for number in said}
    for number, likings in said.items():
        film = films[number]
        told = tidy.about(
            film,
            f"reviews-{film.id}",
            identifiers=film.identifiers,
            liking=round(sum(likings) / len(likings), 4),
            reviews=len(likings),
        )
        yield Found(film.id, told)
