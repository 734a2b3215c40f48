"""`emoflix-catalog check`."""

import sys
from pathlib import Path

import click

from emoflix_catalog.agreement import TARGETS, Agreement, Difference, compare, read_settled
from emoflix_catalog.commands.options import json_option
from emoflix_catalog.commands.printing import print_json, print_table
from emoflix_catalog.reference import read_references
from emoflix_catalog.starter import SETTLED, read_folder, starter_films
from emoflix_catalog.table import Problem, Row

_COLUMNS = ("film", "field", "ours", "theirs", "table", "reason")


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--reference",
    "references",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="TABLE",
    help="A table to hold the facts against, or a folder of them; or several.",
)
@json_option
def check(folder: Path | None, references: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the tables in FOLDER, the starter catalogue's if none is named.

    Exit code 1: a row is wrong, or too many facts differ from the reference and are not settled
    in FOLDER/settled.csv.
    """
    folder = folder or starter_films()
    rows = list(read_folder(folder))
    problems = [row for row in rows if isinstance(row, Problem)]
    films = [row.film for row in rows if isinstance(row, Row)]
    agreement = None
    if references:
        settled = read_settled(folder / SETTLED)
        agreement = compare(films, read_references(references), settled)
    if as_json:
        print_json({"films": len(films), "problems": problems, "agreement": _as_json(agreement)})
    else:
        for problem in problems:
            click.echo(str(problem))
        if agreement is not None:
            _print(agreement)
        click.echo(f"{len(films):,} films are right, {len(problems)} problems.")
    sys.exit(1 if problems or (agreement is not None and not agreement.good) else 0)


def _as_json(agreement: Agreement | None) -> object:
    if agreement is None:
        return None
    return {
        "shares": {field: agreement.share(field) for field in TARGETS},
        "shares_unsettled": {field: agreement.share_unsettled(field) for field in TARGETS},
        "found": agreement,
    }


def _print(agreement: Agreement) -> None:
    for title, differences in (
        ("Settled differences", agreement.settled),
        ("Settled rows that no longer apply: take them out", agreement.stale),
        ("Open differences: mend ours, or settle them with a reason", agreement.open),
    ):
        if differences:
            print_table(title, _COLUMNS, map(_cells, differences))
    if agreement.namesakes:
        click.echo(f"Namesakes, not compared: {', '.join(agreement.namesakes)}\n")
    print_table(
        f"{agreement.films:,} films found in the reference",
        (
            "fact",
            "#compared",
            "#differ",
            "#agree",
            "#settled",
            "#open",
            "#agree or settled",
            "#target",
        ),
        (_summary(agreement, field) for field in TARGETS),
    )


def _summary(agreement: Agreement, field: str) -> tuple[object, ...]:
    settled = sum(row.field == field for row in agreement.settled)
    open_ = sum(row.field == field for row in agreement.open)
    target = f"{100 * TARGETS[field]:.0f} %"
    agree, good = map(_percent, (agreement.share_unsettled(field), agreement.share(field)))
    return field, agreement.compared[field], settled + open_, agree, settled, open_, good, target


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"


def _cells(row: Difference) -> tuple[str, ...]:
    return row.film, row.field, row.ours, row.theirs, row.table, row.reason
