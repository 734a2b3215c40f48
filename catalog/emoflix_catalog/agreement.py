"""Our facts against those of reference tables: what agrees, what differs, what was settled."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import msgspec

from emoflix_catalog.errors import CatalogueError
from emoflix_catalog.film import Film
from emoflix_catalog.reference import Fact, title_key
from emoflix_catalog.text import fold, sounds_like

TARGETS: Final = {"year": 0.98, "language": 0.98, "director": 0.98, "lead": 0.95}
"""The facts that are compared, and the share of them that has to agree or be settled."""
SETTLED_COLUMNS: Final = ["film", "field", "ours", "theirs", "table", "reason"]
_LONG_TITLE: Final = 8
"""Letters from which on two films of one year hardly share a title by chance."""
_ALIKE: Final = 0.85
"""From this ratio of matching letters on, two names are two spellings of one."""


class Difference(msgspec.Struct, frozen=True):
    """One fact on which a table and we disagree."""

    film: str
    field: str
    ours: str
    theirs: str
    table: str
    reason: str = ""
    """Why ours stays; "" while nobody has settled it."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a comparison."""

    films: int
    """Films of ours that were found in at least one table."""
    compared: dict[str, int]
    """By field, how often a table had something to say."""
    open: list[Difference]
    settled: list[Difference]
    namesakes: list[str]
    """Films whose title stands in a table for what must be another film: not compared."""
    stale: list[Difference]
    """Settled rows that no longer apply to anything: take them out."""

    def share(self, field: str) -> float | None:
        """How much of what was compared agrees or is settled; None where nothing was compared."""
        return self._share(field, self.open)

    def share_unsettled(self, field: str) -> float | None:
        """How much of it agrees as it stands, with nothing settled."""
        return self._share(field, [*self.open, *self.settled])

    def _share(self, field: str, wrong: Iterable[Difference]) -> float | None:
        total = self.compared[field]
        differ = sum(difference.field == field for difference in wrong)
        return (total - differ) / total if total else None

    @property
    def good(self) -> bool:
        """Whether every share reaches its target."""
        shares = {field: self.share(field) for field in TARGETS}
        return all(share is None or share >= TARGETS[field] for field, share in shares.items())


def compare(
    films: Iterable[Film], facts: Sequence[Fact], settled: Sequence[Difference]
) -> Agreement:
    """Hold `films` against `facts`, wherever title and year (one year apart at most) meet.

    Of several rows of one table that meet, the one that agrees most is the film. Namesakes are
    listed and not compared.
    """
    by_title: dict[str, list[Fact]] = {}
    for fact in facts:
        for title in {title_key(title) for title in fact.titles}:
            by_title.setdefault(title, []).append(fact)
    decisions = {(row.film, row.field, row.table): row for row in settled}
    compared = dict.fromkeys(TARGETS, 0)
    open_: list[Difference] = []
    closed: list[Difference] = []
    namesakes = []
    used: set[tuple[str, str, str]] = set()
    found = 0
    for film in films:
        rows = _rows_of(film, by_title)
        found += bool(rows)
        for fact in rows:
            if _is_namesake(film, fact):
                namesakes.append(f"{film.id} in {fact.table}")
                continue
            for field, difference in _differences(film, fact).items():
                compared[field] += 1
                if difference is None:
                    continue
                key = (film.id, field, fact.table)
                decision = decisions.get(key)
                if decision is not None and decision.ours == difference.ours:
                    used.add(key)
                    closed.append(msgspec.structs.replace(difference, reason=decision.reason))
                else:
                    open_.append(difference)
    tables = {fact.table for fact in facts}
    return Agreement(
        films=found,
        compared=compared,
        open=open_,
        settled=closed,
        namesakes=namesakes,
        stale=[row for key, row in decisions.items() if key not in used and row.table in tables],
    )


def read_settled(path: Path) -> list[Difference]:
    """The settled differences beside the tables of films; none where there is no such file.

    Raises:
        CatalogueError: The file is no table of settled differences.
    """
    if not path.exists():
        return []
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if header != SETTLED_COLUMNS:
                raise CatalogueError(f"{path}:1: the header is not {','.join(SETTLED_COLUMNS)}")
            for row in reader:
                if len(row) != len(SETTLED_COLUMNS) or not all(row):
                    raise CatalogueError(
                        f"{path}:{reader.line_num}: not {len(SETTLED_COLUMNS)} filled fields:"
                        " write them all"
                    )
                rows.append(Difference(**dict(zip(SETTLED_COLUMNS, row, strict=True))))
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read ({error}): save it as UTF-8 CSV") from error
    return rows


def _rows_of(film: Film, by_title: Mapping[str, list[Fact]]) -> list[Fact]:
    """The rows that may be this film, the best of each table."""
    keys = dict.fromkeys((title_key(film.title), title_key(film.original_title)))
    best: dict[str, tuple[int, Fact]] = {}
    for fact in (fact for key in keys if key for fact in by_title.get(key, ())):
        if fact.year is None or abs(fact.year - film.year) > 1:
            continue
        differences = _differences(film, fact)
        agreeing = sum(difference is None for difference in differences.values())
        agreeing += 2 * _shares_a_person(film, fact)
        if fact.table not in best or agreeing > best[fact.table][0]:
            best[fact.table] = (agreeing, fact)
    return [fact for _, fact in best.values()]


def _differences(film: Film, fact: Fact) -> dict[str, Difference | None]:
    """By field that the table has, the difference, or None where there is none."""
    lead = film.cast[:1]
    pairs = {
        "year": ((str(film.year),), (str(fact.year),), str(film.year) == str(fact.year)),
        "language": (film.languages[:1], fact.languages, film.language in fact.languages),
        "director": (film.directors, fact.directors, _anybody(film.directors, fact.directors)),
        "lead": (lead, fact.cast, _anybody(lead, fact.cast)),
    }
    return {
        field: None if same else _difference(film, fact, field, ours, theirs)
        for field, (ours, theirs, same) in pairs.items()
        if ours and theirs
    }


def _difference(
    film: Film, fact: Fact, field: str, ours: Iterable[str], theirs: Iterable[str]
) -> Difference:
    return Difference(film.id, field, "|".join(ours), "|".join(theirs), fact.table)


def _is_namesake(film: Film, fact: Fact) -> bool:
    """Another film of the same title: nobody in common, and no language either.

    Where the table names no people, a long title in the very year is taken for the film itself,
    and so is any where it names no language either.
    """
    if _shares_a_person(film, fact) or film.language in fact.languages:
        return False
    if fact.directors or fact.cast:
        return True
    if not fact.languages:
        return False
    return fact.year != film.year or len(title_key(film.title)) < _LONG_TITLE


def _shares_a_person(film: Film, fact: Fact) -> bool:
    return _anybody((*film.directors, *film.cast), (*fact.directors, *fact.cast))


def _anybody(ours: Iterable[str], theirs: Sequence[str]) -> bool:
    return any(same_person(one, other) for one in ours for other in theirs)


def same_person(one: str, other: str) -> bool:
    """Whether two names are spellings of one: `Rajnikanth`, `M.G. Ramachandran`, `Roy Kapur`."""
    words, other_words = fold(one).split(), fold(other).split()
    if set(words) <= set(other_words) or set(other_words) <= set(words):
        return bool(words and other_words)
    key, other_key = "".join(words), "".join(other_words)
    if key == other_key or sounds_like(key) == sounds_like(other_key):
        return True
    return SequenceMatcher(None, key, other_key).ratio() >= _ALIKE
