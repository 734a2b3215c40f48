"""What every slate promises, whoever asks and whatever was learnt of them."""

import datetime as dt

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import (
    Context,
    MoodReading,
    Resemblance,
    Seat,
    Viewer,
    Weights,
    mood_of,
    recommend,
    recommend_together,
)
from emoflix_catalog.recommend.calibration import genre_shares
from emoflix_catalog.recommend.scorers import SCORERS
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES, MOOD_TAGS
from tests.catalog.slates import EVENING, CatalogueOf, film, ids, moods, subsets


@st.composite
def viewers(draw: st.DrawFn, known: list[Film]) -> Viewer:
    some = st.lists(st.sampled_from([film.id for film in known]), max_size=40)
    return Viewer(
        languages=draw(subsets((*LANGUAGES, "xx"), 3)),
        genres=draw(subsets((*GENRES, "no such genre"), 3)),
        genres_left_out=draw(subsets(GENRES, 5)),
        mood_tags_left_out=draw(subsets(tuple(MOOD_TAGS), 5)),
        max_runtime_min=draw(st.none() | st.integers(60, 300)),
        max_age=draw(st.none() | st.sampled_from(AGES)),
        lift=draw(st.floats(0, 1)),
        liked=tuple(draw(some)),
        disliked=tuple(draw(some)),
        seen=frozenset(draw(some)),
        declined=frozenset(draw(some)),
        resting=frozenset(draw(some)),
    )


weights = st.builds(
    Weights,
    st.dictionaries(st.sampled_from([scorer.name for scorer in SCORERS]), st.floats(0, 3)),
    st.floats(-1, 1),
)


def contexts(films: int) -> st.SearchStrategy[Context]:
    """Any evening, with or without a picture to which so many films are more or less alike."""
    first, last = dt.datetime(1970, 1, 2), dt.datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
    times = st.datetimes(first, last, timezones=st.just(dt.UTC))
    likeness = arrays(np.float32, films, elements=st.floats(0, 1, width=32), fill=st.just(0))
    return st.builds(
        Context,
        at=times,
        people=st.integers(0, 9),
        light=st.sampled_from(["", "dark", "dim", "bright"]),
        restless=st.booleans(),
        picture=st.none() | likeness.map(lambda alike: Resemblance(alike, alike > 0, "dark")),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mood=moods, count=st.integers(1, 12), seed=st.integers(0, 99))
def test_a_slate_for_several_keeps_the_wishes_of_each(
    starter: Catalogue,
    starter_list: list[Film],
    data: st.DataObject,
    mood: MoodReading | None,
    count: int,
    seed: int,
) -> None:
    people = st.builds(Seat, viewers(starter_list), weights)
    seats = data.draw(st.lists(people, min_size=1, max_size=3))
    context = data.draw(contexts(len(starter)))
    slate = recommend_together(starter, seats, mood, context, count=count, seed=seed)

    assert slate == recommend_together(starter, seats, mood, context, count=count, seed=seed)
    assert len(set(ids(slate))) == len(slate.films) <= count
    assert len(slate.films) == count or slate.note
    assert sum(place.surprise for place in slate.films) <= 1
    for place in slate.films:
        assert 0 < place.propensity <= 1
        assert set(place.parts) <= set(place.evidence) <= {*place.parts, "lift"}
        assert np.isfinite([*place.evidence.values(), place.score]).all()
        for viewer, _ in seats:
            known = {*viewer.seen, *viewer.declined, *viewer.liked, *viewer.disliked}
            assert place.film.id not in known
            assert not set(place.film.genres) & set(viewer.genres_left_out)
            assert not set(place.film.mood_tags) & set(viewer.mood_tags_left_out)
            assert viewer.max_runtime_min is None or (
                place.film.runtime_min is not None
                and place.film.runtime_min <= viewer.max_runtime_min
            )
            assert viewer.max_age is None or (
                place.film.age is not None and place.film.age <= viewer.max_age
            )
        wanted = [set(viewer.genres) for viewer, _ in seats if viewer.genres]
        assert not wanted or set(place.film.genres) & set.union(*wanted)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mood=moods, weights=weights)
def test_the_parts_are_the_evidence_times_what_was_learnt(
    starter: Catalogue,
    starter_list: list[Film],
    data: st.DataObject,
    mood: MoodReading | None,
    weights: Weights,
) -> None:
    viewer = data.draw(viewers(starter_list))
    slate = recommend(starter, viewer, mood, EVENING, weights=weights)
    for place in slate.films:
        for name, part in place.parts.items():
            seen = place.evidence[name]
            if name == "affect":
                shift = weights.lift(viewer.lift) - viewer.lift
                seen += place.evidence["lift"] * shift
            assert part == pytest.approx(weights.factor(name) * seen, abs=1e-5)


def test_the_evidence_of_the_lift_is_the_slope_of_the_part(starter: Catalogue) -> None:
    parts = []
    for lift in (0.499, 0.501):
        (first, *_) = recommend(starter, Viewer(lift=lift), mood_of("sad"), EVENING).films
        number = int(starter.numbers([first.film.id])[0])
        slate = recommend(starter, Viewer(lift=lift), mood_of("sad"), EVENING, count=1000)
        by_id = {place.film.id: place for place in slate.films}
        parts.append(by_id)
        assert number >= 0
    checked = 0
    for film_id in parts[0].keys() & parts[1].keys():
        if parts[0][film_id].film.mood_tags:
            low, high = (one[film_id].parts["affect"] for one in parts)
            slope = parts[0][film_id].evidence["lift"]
            assert (high - low) / 0.002 == pytest.approx(slope, abs=0.02)
            checked += 1
    assert checked > 100


def test_a_factor_of_nothing_silences_a_scorer(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("glad", mood_tags=("feel-good",)), film("loved", mood_tags=("bleak",), cast=("A",))
    )
    viewer = Viewer(actors=("A",), lift=1)
    sad = mood_of("sad")
    assert ids(recommend(catalogue, viewer, sad, EVENING, count=2))[0] == "glad"
    deaf = Weights({"affect": 0.0})
    assert ids(recommend(catalogue, viewer, sad, EVENING, count=2, weights=deaf))[0] == "loved"


def test_a_learnt_lift_is_aimed_for(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("glad", mood_tags=("feel-good", "heartwarming")),
        film("grey", mood_tags=("melancholic", "haunting")),
    )
    sad = mood_of("sad")
    up, down = Weights(lift_shift=0.5), Weights(lift_shift=-0.5)
    assert ids(recommend(catalogue, Viewer(), sad, EVENING, weights=up)) == ["glad", "grey"]
    assert ids(recommend(catalogue, Viewer(), sad, EVENING, weights=down)) == ["grey", "glad"]


def test_equal_films_come_with_equal_chances(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(*[film(f"film{n}") for n in range(4)])
    first = [recommend(catalogue, Viewer(), None, EVENING, count=4, seed=n) for n in range(200)]
    for place, chance in enumerate([1 / 4, 1 / 3, 1 / 2, 1]):
        assert first[0].films[place].propensity == pytest.approx(chance, rel=0.02)
    leading = [ids(slate)[0] for slate in first]
    assert all(30 < leading.count(f"film{n}") < 70 for n in range(4))


def test_a_propensity_is_how_often_a_film_is_drawn(catalogue_of: CatalogueOf) -> None:
    """The better of two films, by what is drawn and by what is said of it."""
    catalogue = catalogue_of(film("new", year=2024), film("newer", year=2025))
    slates = [recommend(catalogue, Viewer(), None, EVENING, count=2, seed=n) for n in range(400)]
    said = {ids(slate)[0]: slate.films[0].propensity for slate in slates}
    drawn = sum(ids(slate)[0] == "newer" for slate in slates) / len(slates)
    assert 0.6 < said["newer"] < 0.95
    assert drawn == pytest.approx(said["newer"], abs=0.06)
    assert said["new"] == pytest.approx(1 - said["newer"], abs=1e-6)


def test_a_slate_keeps_the_proportions_of_what_was_liked(starter: Catalogue) -> None:
    """Of a viewer who likes mostly comedies and some crime, films of both stand in the slate."""
    rows = starter.rows(
        "SELECT film.id, name FROM film JOIN film_term ON film = number JOIN term ON term.id = term"
        " WHERE kind = 'genre' AND position = 0 AND name IN ('comedy', 'horror')"
    )
    comedies = [film_id for film_id, genre in rows if genre == "comedy"][:21]
    horrors = [film_id for film_id, genre in rows if genre == "horror"][:9]
    viewer = Viewer(liked=(*comedies, *horrors))
    leading = [
        place.film.genres[0]
        for seed in range(5)
        for place in recommend(starter, viewer, None, EVENING, count=10, seed=seed).films
        if not place.surprise
    ]
    assert leading.count("comedy") > leading.count("horror") > 0


def test_the_genres_of_a_film_share_it(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(film("two", genres=("crime", "comedy")), film("none"))
    shares = genre_shares(catalogue, np.arange(2))
    of = {row: shares[int(starter_number)] for row, starter_number in _numbers(catalogue).items()}
    assert of["two"][GENRES.index("crime")] == of["two"][GENRES.index("comedy")] == 0.5
    assert of["none"].sum() == 0


def _numbers(catalogue: Catalogue) -> dict[str, int]:
    return {name: int(catalogue.numbers([name])[0]) for name in ("two", "none")}


def test_one_surprise_is_outside_the_usual_and_says_so(catalogue_of: CatalogueOf) -> None:
    crimes = [film(f"crime{n}", genres=("crime",), year=1990 + n) for n in range(12)]
    dream = film("dream", genres=("fantasy",))
    viewer = Viewer(liked=("crime0", "crime1", "crime2"))
    slate = recommend(catalogue_of(*crimes, dream), viewer, None, EVENING)
    assert [place.film.id for place in slate.films if place.surprise] == ["dream"]
    assert slate.films[-1].reasons[0].text == "A surprise, for once no crime"


def test_who_liked_little_has_no_usual_to_be_surprised_from(catalogue_of: CatalogueOf) -> None:
    crimes = [film(f"crime{n}", genres=("crime",)) for n in range(12)]
    dream = film("dream", genres=("fantasy",))
    slate = recommend(catalogue_of(*crimes, dream), Viewer(liked=("crime0",)), None, EVENING)
    assert not any(place.surprise for place in slate.films)


def test_what_was_shown_just_now_rests_until_little_else_is_left(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(film("rested"), film("fresh"), film("tamil", languages=("ta",)))
    viewer = Viewer(languages=("ml",), resting=frozenset({"rested"}))
    assert ids(recommend(catalogue, viewer, None, EVENING, count=1)) == ["fresh"]
    slate = recommend(catalogue, viewer, None, EVENING, count=3)
    assert ids(slate) == ["fresh", "rested", "tamil"]
    assert slate.films[1].reasons[0].text.startswith("Shown just now and not chosen")


def test_what_was_shown_just_now_rests_in_a_language_that_helps_out_too(
    catalogue_of: CatalogueOf,
) -> None:
    tamil = [film(f"tamil{n}", languages=("ta",)) for n in range(4)]
    catalogue = catalogue_of(*tamil, film("telugu", languages=("te",)))
    viewer = Viewer(languages=("ml",), resting=frozenset({"tamil0", "tamil1"}))
    for seed in range(10):
        slate = recommend(catalogue, viewer, None, EVENING, count=2, seed=seed)
        assert set(ids(slate)) == {"tamil2", "tamil3"}
    slate = recommend(catalogue, viewer, None, EVENING, count=5)
    assert set(ids(slate)[2:4]) == {"tamil0", "tamil1"}


def test_a_film_that_one_of_several_would_hate_is_left_out(catalogue_of: CatalogueOf) -> None:
    """On average the horror film is best: without misery it is not."""
    films = [
        film("horror", genres=("horror",), keywords=("ghost",)),
        *[film(f"plain{n}", genres=("drama",), keywords=(f"place{n}",)) for n in range(6)],
        film("ghost", genres=("horror",), keywords=("ghost",)),
        film("scream", genres=("horror",), keywords=("ghost",)),
    ]
    catalogue = catalogue_of(*films)
    fan = Viewer(liked=("ghost",))
    hater = Viewer(disliked=("scream",), liked=("plain0",))
    alone = recommend(catalogue, fan, None, EVENING, count=3)
    assert "horror" in ids(alone)
    both = recommend_together(catalogue, [Seat(fan), Seat(hater)], None, EVENING, count=3)
    assert "horror" not in ids(both)
    foreign = [Seat(msgspec.structs.replace(viewer, languages=("ta",))) for viewer in (fan, hater)]
    assert "horror" not in ids(recommend_together(catalogue, foreign, None, EVENING, count=3))


def test_several_see_films_in_a_language_that_all_of_them_know(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("ours"), film("theirs", languages=("ta",)), film("both", languages=("hi",))
    )
    seats = [Seat(Viewer(languages=("ml", "hi"))), Seat(Viewer(languages=("ta", "hi")))]
    assert ids(recommend_together(catalogue, seats, None, EVENING, count=1)) == ["both"]


def test_nobody_cannot_be_recommended_for(starter: Catalogue) -> None:
    with pytest.raises(InvalidRequestError, match="nobody"):
        recommend_together(starter, [], None, EVENING)


def test_what_is_kept_of_a_viewer_changes_no_slate(catalogue_of: CatalogueOf) -> None:
    films = [film(f"crime{n}", genres=("crime",), keywords=("heist",)) for n in range(6)]
    films += [film(f"meadow{n}", genres=("family",), keywords=("meadow",)) for n in range(6)]
    used = catalogue_of(*films)
    viewers = [
        Viewer(),
        Viewer(liked=("crime0",)),
        Viewer(liked=("crime0",), resting=frozenset({"crime1"})),
        Viewer(liked=("crime0",), disliked=("crime1",), lift=0.9),
        Viewer(liked=("meadow0",), seen=frozenset({"meadow1"})),
        Viewer(liked=("meadow0",), genres_left_out=("crime",)),
    ]
    for mood in (None, mood_of("sad"), mood_of("happy")):
        for viewer in viewers:
            kept = recommend(used, viewer, mood, EVENING)
            assert kept == recommend(catalogue_of(*films), viewer, mood, EVENING)


def test_an_answer_is_felt_in_the_next_slate(catalogue_of: CatalogueOf) -> None:
    films = [film(f"crime{n}", genres=("crime",), keywords=("heist",)) for n in range(3)]
    films += [film(f"meadow{n}", genres=("family",), keywords=("meadow",)) for n in range(3)]
    catalogue = catalogue_of(*films)
    for liked in ("crime0", "meadow0"):
        slate = recommend(catalogue, Viewer(liked=(liked,)), None, EVENING, count=1)
        assert ids(slate)[0].startswith(liked[:-1])
