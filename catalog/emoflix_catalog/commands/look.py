"""`emoflix-catalog look` and `like-picture`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from numpy.typing import NDArray

from emoflix_catalog.commands.options import catalogue_option, count_option, json_option
from emoflix_catalog.commands.picture import resembling
from emoflix_catalog.commands.printing import FILM_COLUMNS, film_cells, print_json, print_table
from emoflix_catalog.features.look import TONES, Look
from emoflix_catalog.importers.artwork import LIBRARIES, posters
from emoflix_catalog.importers.contract import Request, SourceError, Tally
from emoflix_catalog.looks import (
    describer,
    keep_network,
    most_alike,
    network_path,
    read_looks,
    write_looks,
)
from emoflix_catalog.pictures import SUFFIXES, PictureError, decode_picture, read_picture
from emoflix_catalog.store import Catalogue, open_catalogue

_NAMES = (
    "SELECT film.id, value FROM identifier JOIN film ON number = film WHERE scheme = ? ORDER BY 1"
)
_KEPT_EVERY = 200
"""Posters: what was fetched before a server gives up is not fetched again."""


@click.command()
@click.argument("where", metavar="FOLDER|URL")
@click.option(
    "--library",
    type=click.Choice(list(LIBRARIES)),
    help="Take the posters of this library, at URL, of the films that were imported from it.",
)
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file that holds the library's key, or user:password for Kodi.",
)
@click.option(
    "--network",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TFLite feature extractor that sees more than colours; it is kept beside the catalogue.",
)
@click.option("--again", is_flag=True, help="Look at films anew whose look is known.")
@catalogue_option
@json_option
def look(
    where: str,
    library: str | None,
    key_file: Path | None,
    network: Path | None,
    path: Path,
    *,
    again: bool,
    as_json: bool,
) -> None:
    """Take in how films look, from pictures in FOLDER named by the film's id, or a library at URL.

    The pictures themselves are not kept.
    """
    if key_file and not library:
        raise click.UsageError("--key-file: a folder needs no key: leave it out")
    if network:
        keep_network(network, path)
    describe = describer(path)
    embeds = network_path(path).exists()
    tally = Tally()
    with open_catalogue(path) as catalogue:
        looks = read_looks(path)
        known = {
            film: look
            for film, look in looks.items()
            if not again and (look.embedding.any() or not embeds)
        }
        if library:
            request = Request(where=where, key_file=key_file)
            found = _in_library(library, request, catalogue, known, tally)
        else:
            found = _in_folder(Path(where), catalogue, known, tally)
        taken = 0
        try:
            for film, picture in _shown(found, where):
                looks[film] = describe(picture)
                taken += 1
                if taken % _KEPT_EVERY == 0:
                    write_looks(path, looks)
        finally:
            if taken % _KEPT_EVERY:
                write_looks(path, looks)
    facts = {"looked_at": tally.read, "known": len(looks), "not_taken": dict(tally.reasons)}
    if as_json:
        print_json(facts)
        return
    if tally.reasons:
        rows = [(why, n, "; ".join(tally.examples[why])) for why, n in tally.reasons.items()]
        print_table("Not taken", ("why", "#pictures", "such as"), rows)
    click.echo(f"{tally.read:,} pictures looked at; the look of {len(looks):,} films is known")


@click.command("like-picture")
@click.argument("picture", type=click.Path(dir_okay=False, path_type=Path))
@count_option(10)
@catalogue_option
@json_option
def like_picture(picture: Path, count: int, path: Path, *, as_json: bool) -> None:
    """Find the films whose poster or still looks most like PICTURE."""
    seen = describer(path)(read_picture(picture))
    with open_catalogue(path) as catalogue:
        found = most_alike(resembling(catalogue, path, seen), count=count)
        films = [(catalogue.film_at(one.number), one.likeness) for one in found]
    tones = {name: round(float(tone), 3) for name, tone in zip(TONES, seen.tones, strict=True)}
    if as_json:
        rows = [{"film": film, "likeness": round(alike, 4)} for film, alike in films]
        print_json({"picture": tones, "films": rows})
        return
    title = ", ".join(f"{name} {tone:.2f}" for name, tone in tones.items())
    cells = [(f"{alike:.2f}", *film_cells(film)) for film, alike in films]
    print_table(title, ("#alike", *FILM_COLUMNS), cells)


_Pictures = Iterator[tuple[str, NDArray]]  # type: ignore[type-arg]
"""Films' ids, and uint8[height, width, 3]."""


def _in_folder(
    folder: Path, catalogue: Catalogue, known: Mapping[str, Look], tally: Tally
) -> _Pictures:
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise SourceError(f"{folder}: cannot be read ({error.strerror})") from error
    if not files:
        raise SourceError(f"{folder}: holds no pictures ({', '.join(sorted(SUFFIXES))})")
    for file in files:
        number = catalogue.numbers([file.stem])
        if not number.size:
            tally.pass_by("not named by the id of a film", file.name)
        elif file.stem not in known:
            try:
                picture = read_picture(file)
            except PictureError as error:
                tally.pass_by("no picture that can be read", file.name, str(error))
                continue
            tally.read += 1
            yield file.stem, picture


def _in_library(
    library: str,
    request: Request,
    catalogue: Catalogue,
    known: Mapping[str, Look],
    tally: Tally,
) -> _Pictures:
    names = catalogue.rows(_NAMES, (library,))
    if not names:
        raise SourceError(
            f"{library}: no film of the catalogue is from there: run emoflix-catalog import"
            f" {library} first"
        )
    wanted = [(film, name) for film, name in names if film not in known]
    for film, data in posters(library, request, wanted, tally):
        try:
            picture = decode_picture(data)
        except PictureError as error:
            tally.pass_by("no picture that can be read", film, str(error))
            continue
        tally.read += 1
        yield film, picture


def _shown(pictures: _Pictures, where: str) -> _Pictures:
    """The same with a progress bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield from pictures
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(pictures, f"Looking at {where}", console=Console(stderr=True), transient=True)
