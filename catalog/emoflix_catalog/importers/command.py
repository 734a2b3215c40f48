"""`emoflix-catalog import`, `purge` and `history`."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from emoflix_catalog.commands.options import Years, json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.film import Film
from emoflix_catalog.importers.contract import Request, Tally
from emoflix_catalog.importers.history import History, read_history
from emoflix_catalog.importers.run import Imported, import_source, purge_source
from emoflix_catalog.importers.sources import SOURCE_OPTIONS, SOURCES
from emoflix_catalog.places import default_catalogue
from emoflix_catalog.starter import films_of, starter_films
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.text import slug

Command = TypeVar("Command", bound=Callable[..., Any])
_MOST_MISSING: Final = 20
"""So many films that the catalogue does not hold are printed; JSON has them all."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _catalogue_option(name: str) -> Callable[[Command], Command]:
    return click.option(
        name,
        "catalogue",
        type=click.Path(dir_okay=False, path_type=Path),
        default=default_catalogue,
        envvar="EMOFLIX_CATALOGUE",
        show_envvar=True,
        help=f"The catalogue file  [default: {default_catalogue()}]",
    )


_films_option = click.option(
    "--films",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder with the tables of our own films  [default: the starter catalogue]",
)
_key_option = click.option(
    "--key-file", type=_FILE, help="The file that holds the key, or user:password for Kodi."
)
_user_option = click.option("--user", default="", help="Whose library and history, at Jellyfin.")


@click.command("import")
@click.argument("source", type=click.Choice([n for n, s in SOURCES.items() if s.films]))
@click.argument("where", metavar="PATH|URL")
@_catalogue_option("--into")
@_films_option
@_key_option
@_user_option
@click.option(
    "--least-votes", type=click.IntRange(0), default=0, help="Leave out films with fewer (imdb)."
)
@click.option("--years", type=Years(), help="The years to ask for, such as 1990-1999 (wikidata).")
@click.option(
    "--name",
    default="",
    help="Keep it apart from other imports of the source  [default for csv: the file's name]",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Which column of a table holds a field; a list may have several (csv).",
)
@click.option("--encoding", default="utf-8", show_default=True, help="Of the table (csv).")
@click.option("--licence", default="", help="What stands on every row as its licence (csv).")
@click.option(
    "--accept-terms", is_flag=True, help="Agree to the source's terms, where it has some (tmdb)."
)
@json_option
def import_command(  # noqa: PLR0917 - click gives them by name
    source: str,
    where: str,
    catalogue: Path,
    folder: Path | None,
    columns: tuple[str, ...],
    licence: str,
    name: str,
    *,
    accept_terms: bool,
    as_json: bool,
    **told: Any,
) -> None:
    """Read films of SOURCE from PATH or URL into the catalogue.

    What is imported again replaces what was imported before; what cannot be read to its end changes
    nothing.
    """
    request = Request(
        where=where,
        catalogue=catalogue,
        columns=_columns(columns),
        **told,
    )
    _refuse_unknown(source, request)
    if licence and source != "csv":
        raise click.UsageError(f"--licence: {source} has a licence of its own: leave it out")
    terms = SOURCES[source].terms
    if terms and not accept_terms:
        raise click.UsageError(f"{terms} To agree, add --accept-terms.")
    with _tally(where) as tally:
        imported = import_source(
            source,
            request,
            catalogue,
            _own(folder),
            tally,
            today=dt.datetime.now(tz=dt.UTC).date(),
            record_source=_kept_as(source, name, where),
            licence=licence,
        )
    if as_json:
        print_json(
            {
                **imported._asdict(),
                "changes": {**imported.changes._asdict(), "kept": imported.changes.kept},
                "catalogue": imported.catalogue._asdict() | {"path": str(imported.catalogue.path)},
            }
        )
    else:
        _print(imported, terms)


@click.command("purge")
@click.argument("source")
@_catalogue_option("--from")
@_films_option
@json_option
def purge_command(source: str, catalogue: Path, folder: Path | None, *, as_json: bool) -> None:
    """Take everything that SOURCE said out of the catalogue, as if it had never been imported."""
    today = dt.datetime.now(tz=dt.UTC).date()
    purged = purge_source(source, catalogue, _own(folder), today=today)
    built = purged.catalogue
    if as_json:
        print_json({**purged._asdict(), "catalogue": built._asdict() | {"path": str(built.path)}})
    else:
        click.echo(f"{source}: {purged.records:,} records taken out")
        click.echo(f"{built.path}: {built.films:,} films, version {built.version}")


@click.command("history")
@click.argument("source", type=click.Choice([n for n, s in SOURCES.items() if s.history]))
@click.argument("where", metavar="PATH|URL")
@_catalogue_option("--catalogue")
@_key_option
@_user_option
@json_option
def history_command(
    source: str, where: str, catalogue: Path, *, as_json: bool, **told: Any
) -> None:
    """Show which films of the catalogue somebody watched, as SOURCE has it in PATH or at URL."""
    request = Request(where=where, **told)
    _refuse_unknown(source, request)
    with open_catalogue(catalogue) as opened, _tally(where) as tally:
        history = read_history(source, request, opened, tally)
    if as_json:
        print_json(history)
    else:
        _print_history(history)


def _refuse_unknown(source: str, request: Request) -> None:
    """An option that a source does not look at is a mistake, not a wish."""
    nothing_told = Request(where="")
    for name in SOURCE_OPTIONS - SOURCES[source].options:
        if getattr(request, name) != getattr(nothing_told, name):
            option = "column" if name == "columns" else name.replace("_", "-")
            raise click.UsageError(f"--{option}: {source} has no use for it: leave it out")


def _kept_as(source: str, name: str, where: str) -> str:
    if source == "csv" and not name:
        name = Path(where).name.partition(".")[0]
    return "-".join(filter(None, (source, slug(name))))


def _own(folder: Path | None) -> list[Film]:
    return films_of(folder or starter_films())


def _columns(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for pair in given:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            raise click.UsageError(f"--column {pair}: write OURS=THEIRS, such as title=Name")
        columns[ours] = (*columns.get(ours, ()), theirs)
    return columns


@contextmanager
def _tally(where: str) -> Iterator[Tally]:
    """A tally that shows how far the reading is, where somebody looks."""
    if not sys.stderr.isatty():
        yield Tally()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"Reading {where}", total=None)
        yield Tally(lambda done, total: progress.update(task, completed=done, total=total))


def _print(imported: Imported, terms: str) -> None:
    changes, built = imported.changes, imported.catalogue
    print_table(
        f"{imported.source}: {imported.read:,} rows read",
        ("", "#"),
        [
            ("kept", f"{changes.kept:,}"),
            ("  new", f"{changes.new:,}"),
            ("  changed", f"{changes.changed:,}"),
            ("  unchanged", f"{changes.unchanged:,}"),
            ("  merged with another source's", f"{imported.merged:,}"),
            ("gone since the last import", f"{changes.gone:,}"),
        ],
    )
    if imported.reasons:
        print_table(
            "Not taken",
            ("why", "#rows", "such as"),
            [
                (reason, f"{count:,}", "; ".join(imported.examples[reason]))
                for reason, count in sorted(
                    imported.reasons.items(), key=lambda item: (-item[1], item[0])
                )
            ],
        )
    click.echo(f"{built.path}: {built.films:,} films, version {built.version}")
    if terms:
        click.echo(terms)


def _print_history(history: History) -> None:
    print_table(
        f"{len(history.entries):,} films watched",
        ("film", "title", "on", "#rating"),
        [(entry.film, entry.title, entry.on, entry.rating) for entry in history.entries],
    )
    if history.missing:
        print_table(
            f"{len(history.missing):,} films are not in the catalogue",
            ("title", "#year", "place"),
            [(film.title, film.year, film.place) for film in history.missing[:_MOST_MISSING]],
        )
    for reason, count in sorted(history.reasons.items()):
        click.echo(f"{count:,} rows not taken: {reason}")
