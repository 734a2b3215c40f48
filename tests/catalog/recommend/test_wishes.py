"""What a viewer does not have, or does not want, is in no slate."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import MoodReading, Seat, Viewer, recommend, recommend_together
from emoflix_catalog.store import open_catalogue
from emoflix_catalog.vocabulary import MOOD_TAGS
from tests.catalog.slates import EVENING, CatalogueOf, film, ids, moods, subsets


def test_only_what_the_library_holds_is_recommended(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(film("at-home", identifiers={"jellyfin": "x"}), film("elsewhere"))
    viewer = Viewer(libraries=("jellyfin",))
    slate = recommend(catalogue, viewer, None, EVENING, count=2)
    assert ids(slate) == ["at-home"]
    assert slate.note == "Only 1 film fits (in jellyfin): there would be 2 outside the library."


def test_a_table_of_what_a_service_has_is_a_library_too(catalogue_of: CatalogueOf) -> None:
    """The sources of a film that several tell of are joined by a plus."""
    catalogue = catalogue_of(
        film("streamed", source="starter+csv-my-service"),
        film("elsewhere", source="csv-my-service-2"),
        film("at-home", identifiers={"kodi": "7"}),
    )
    service, both = Viewer(libraries=("csv-my-service",)), ("csv-my-service", "kodi")
    assert ids(recommend(catalogue, service, None, EVENING)) == ["streamed"]
    slate = recommend(catalogue, Viewer(libraries=both), None, EVENING)
    assert set(ids(slate)) == {"streamed", "at-home"}


SHELVES = ("jellyfin", "kodi", "csv-one", "csv-two")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(st.frozensets(st.sampled_from(SHELVES)), min_size=8, max_size=8),
    asked=subsets((*SHELVES, "csv", "nowhere"), 3),
    tags_left_out=subsets(tuple(MOOD_TAGS), 12),
    mood=moods,
)
def test_no_slate_holds_a_film_outside_the_libraries_or_with_a_tag_left_out(
    starter_list: list[Film],
    tmp_path_factory: pytest.TempPathFactory,
    held: list[frozenset[str]],
    asked: tuple[str, ...],
    tags_left_out: tuple[str, ...],
    mood: MoodReading | None,
) -> None:
    shelves = dict(zip((one.id for one in starter_list[::200]), held, strict=False))
    films = [
        msgspec.structs.replace(
            one,
            identifiers={name: one.id for name in shelf if not name.startswith("csv-")},
            source="+".join(["starter", *sorted(n for n in shelf if n.startswith("csv-"))]),
        )
        for one, shelf in zip(starter_list[::200], held, strict=False)
    ]
    path = tmp_path_factory.mktemp("shelves") / "films.sqlite"
    write_catalogue(films, path)
    viewer = Viewer(libraries=asked, mood_tags_left_out=tags_left_out)
    with open_catalogue(path) as catalogue:
        shown = set(ids(recommend(catalogue, viewer, mood, EVENING, count=len(films))))
    assert shown == {
        one.id
        for one in films
        if not set(one.mood_tags) & set(tags_left_out)
        and (not asked or shelves[one.id] & set(asked))
    }


def test_only_films_of_the_genres_asked_for_are_recommended(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(film("war", genres=("war",)), film("joke", genres=("comedy", "war")))
    viewer = Viewer(genres=("comedy", "sport"))
    slate = recommend(catalogue, viewer, None, EVENING, count=2)
    assert ids(slate) == ["joke"]
    assert slate.note.startswith("Only 1 film fits (of comedy or sport)")


def test_several_get_what_the_libraries_that_any_of_them_named_hold(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(
        film("at-home", identifiers={"jellyfin": "x"}),
        film("streamed", source="csv-my-service"),
        film("nowhere"),
    )
    seats = [Seat(Viewer(libraries=("jellyfin",))), Seat(Viewer())]
    assert ids(recommend_together(catalogue, seats, None, EVENING)) == ["at-home"]
    seats += [Seat(Viewer(libraries=("csv-my-service",)))]
    slate = recommend_together(catalogue, seats, None, EVENING)
    assert set(ids(slate)) == {"at-home", "streamed"}


def test_where_no_single_wish_helps_the_fewest_that_do_are_named(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(
        film("war", genres=("war",), runtime_min=190, age=6, identifiers={"kodi": "1"})
    )
    viewer = Viewer(max_runtime_min=60, libraries=("jellyfin",), max_age=6)
    slate = recommend(catalogue, viewer, None, EVENING)
    assert slate.note == (
        "No film fits (up to 1 h for age 6 in jellyfin):"
        " there would be 1 of any length and outside the library."
    )


def test_the_age_is_the_last_wish_to_give_up(catalogue_of: CatalogueOf) -> None:
    grown_up = [film(f"late{n}", age=18, runtime_min=90) for n in range(5)]
    catalogue = catalogue_of(*grown_up, film("long", age=0, runtime_min=190))
    viewer = Viewer(max_age=6, max_runtime_min=100)
    note = recommend(catalogue, viewer, None, EVENING).note
    assert note.endswith("(up to 1 h 40 min for age 6): there would be 1 of any length.")
    note = recommend(catalogue_of(*grown_up), viewer, None, EVENING).note
    assert note.endswith("there would be 5 for any age.")


def test_who_liked_every_film_is_told_so(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(film("one"), film("two"))
    slate = recommend(catalogue, Viewer(liked=("one", "two")), None, EVENING)
    assert slate.note == (
        "No film fits (not seen or answered yet): there would be 2 with those seen or answered."
    )
