import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.errors import InvalidRequestError
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import (
    MoodReading,
    Recommendation,
    Viewer,
    mood_of,
    recommend,
)
from emoflix_catalog.store import Catalogue
from emoflix_catalog.vocabulary import AGES, GENRES, LANGUAGES, MOOD_TAGS
from tests.catalog.slates import EVENING, CatalogueOf, film, ids, moods, subsets


def texts(recommendation: Recommendation) -> list[str]:
    return [reason.text for reason in recommendation.reasons]


@st.composite
def viewers(draw: st.DrawFn, known: list[Film]) -> Viewer:
    some = st.lists(st.sampled_from([film.id for film in known]), max_size=40)
    people = sorted({name for film in known[::7] for name in (*film.cast, "Nobody At All")})
    return Viewer(
        languages=draw(subsets((*LANGUAGES, "xx"), 3)),
        actors=draw(subsets(tuple(people), 3)),
        directors=draw(subsets(tuple(film.directors[0] for film in known[::9]), 2)),
        genres_left_out=draw(subsets((*GENRES, "no such genre"), 8)),
        mood_tags_left_out=draw(subsets(tuple(MOOD_TAGS), 5)),
        max_runtime_min=draw(st.none() | st.integers(0, 300)),
        max_age=draw(st.none() | st.sampled_from(AGES)),
        lift=draw(st.floats(0, 1)),
        liked=tuple(draw(some)),
        disliked=tuple(draw(some)),
        seen=frozenset(draw(some)) | {"no-such-film-1999"},
        declined=frozenset(draw(some)),
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), mood=moods, count=st.integers(1, 30), seed=st.integers(-5, 2**70))
def test_every_slate_keeps_its_promises(
    starter: Catalogue,
    starter_list: list[Film],
    data: st.DataObject,
    mood: MoodReading | None,
    count: int,
    seed: int,
) -> None:
    viewer = data.draw(viewers(starter_list))
    slate = recommend(starter, viewer, mood, EVENING, count=count, seed=seed)

    assert slate == recommend(starter, viewer, mood, EVENING, count=count, seed=seed)
    assert len(set(ids(slate))) == len(slate.films) <= count
    assert len(slate.films) == count or slate.note
    for place in slate.films:
        assert place.film.id not in {*viewer.seen, *viewer.declined, *viewer.liked}
        assert place.film.id not in viewer.disliked
        assert not set(place.film.genres) & set(viewer.genres_left_out)
        assert not set(place.film.mood_tags) & set(viewer.mood_tags_left_out)
        if viewer.max_runtime_min is not None:
            assert place.film.runtime_min is not None
            assert place.film.runtime_min <= viewer.max_runtime_min
        if viewer.max_age is not None:
            assert place.film.age is not None
            assert place.film.age <= viewer.max_age
        if viewer.languages and place.film.language not in viewer.languages:
            assert LANGUAGES[place.film.language] in slate.note
            assert LANGUAGES[place.film.language] in texts(place)[0]
        assert place.score == pytest.approx(sum(place.parts.values()))
        assert 1 <= len(place.reasons) <= 2
        assert any(not reason.reveals_mood for reason in place.reasons)
        for reason in place.reasons:
            assert reason.reveals_mood == ("a room that looks" in reason.text)


def test_a_lift_and_a_match_ask_for_different_films(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("glad", mood_tags=("feel-good", "heartwarming")),
        film("grey", mood_tags=("melancholic", "haunting")),
    )
    sad = mood_of("sad")
    assert ids(recommend(catalogue, Viewer(lift=1), sad, EVENING)) == ["glad", "grey"]
    assert ids(recommend(catalogue, Viewer(lift=0), sad, EVENING)) == ["grey", "glad"]


def test_the_reason_speaks_of_the_room_and_only_to_those_who_may_know(
    catalogue_of: CatalogueOf,
) -> None:
    catalogue = catalogue_of(
        film("glad", genres=("comedy",), mood_tags=("funny", "heartwarming"), cast=("A", "B")),
        film("grey", mood_tags=("bleak", "tragic")),
    )
    first = recommend(catalogue, Viewer(lift=1), mood_of("sad"), EVENING).films[0]
    lift, plain = first.reasons
    assert lift.text == "Funny and heartwarming: a lift for a room that looks sad"
    assert lift.reveals_mood
    assert plain.text == "A Malayalam comedy from 2000 with A and B"
    assert not plain.reveals_mood


@pytest.mark.parametrize(
    "mood",
    [
        None,
        mood_of("neutral"),
        mood_of("sad", 0),
        MoodReading(
            probabilities=(0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.2),
            valence=-0.4,
            arousal=-0.3,
            confidence=0.3,
            label="uncertain",
        ),
    ],
)
def test_without_a_sure_mood_taste_leads(starter: Catalogue, mood: MoodReading | None) -> None:
    viewer = Viewer(actors=("Mohanlal",))
    slate = recommend(starter, viewer, mood, EVENING)
    assert "affect" not in slate.films[0].parts
    assert all("Mohanlal" in place.film.cast for place in slate.films[:1])


def test_what_is_not_known_to_evoke_anything_is_in_the_middle(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("good", mood_tags=("feel-good",)), film("bad", mood_tags=("bleak",)), film("untagged")
    )
    slate = recommend(catalogue, Viewer(lift=1), mood_of("sad"), EVENING)
    assert ids(slate) == ["good", "untagged", "bad"]


def test_a_favourite_gets_a_place_even_if_others_fit_better(catalogue_of: CatalogueOf) -> None:
    glad = [film(f"glad{n}", mood_tags=("feel-good",), genres=(GENRES[n],)) for n in range(9)]
    late = film("late", mood_tags=("bleak",), cast=(*"ABCDEFGHIJKLMNOP", "Mohanlal"))
    slate = recommend(
        catalogue_of(*glad, late), Viewer(lift=1, actors=("mohan lal",)), mood_of("sad"), EVENING
    )
    assert ids(slate)[-1] == "late"
    assert "With Mohanlal, one of your favourites" in texts(slate.films[-1])


def test_a_favourite_that_does_not_fit_gets_no_place(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("short", runtime_min=80), film("long", runtime_min=200, cast=("Mohanlal",))
    )
    viewer = Viewer(actors=("Mohanlal",), max_runtime_min=90)
    assert ids(recommend(catalogue, viewer, None, EVENING, count=1)) == ["short"]


def test_people_films_rank_by_billing(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("third", cast=("A", "B", "Mohanlal")),
        film("first", cast=("Mohanlal",)),
        film("both", cast=("Mohanlal",), directors=("Priyadarshan",)),
    )
    viewer = Viewer(actors=("Mohanlal",), directors=("Priyadarshan",))
    slate = recommend(catalogue, viewer, None, EVENING)
    scores = {place.film.id: place.parts["people"] for place in slate.films}
    assert scores["both"] > scores["first"] > scores["third"] > 0
    assert texts(slate.films[0]) == ["With Mohanlal, by Priyadarshan, favourites of yours"]


def test_a_language_gives_way_to_the_nearest_and_says_so(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("ours", runtime_min=100),
        film("too-long", runtime_min=190),
        film("near", languages=("ta",), runtime_min=100),
        film("far", languages=("sv",), runtime_min=100),
    )
    viewer = Viewer(languages=("ml",), max_runtime_min=120)
    slate = recommend(catalogue, viewer, None, EVENING, count=2)
    assert ids(slate) == ["ours", "near"]
    assert slate.note == "Only 1 left in Malayalam up to 2 h, so also Tamil."
    assert texts(slate.films[1])[0] == "In Tamil, since nothing more in Malayalam fits"
    seen = Viewer(languages=("ml",), max_runtime_min=120, seen=frozenset({"ours"}))
    slate = recommend(catalogue, seen, None, EVENING, count=1)
    assert ids(slate) == ["near"]
    assert slate.note.startswith("Nothing left in Malayalam ")


def test_a_full_slate_needs_no_note(starter: Catalogue) -> None:
    slate = recommend(starter, Viewer(languages=("ml",)), None, EVENING)
    assert slate.note == ""
    assert {place.film.language for place in slate.films} == {"ml"}


def test_an_empty_slate_says_which_wish_to_give_up(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(film("long", runtime_min=190, age=0), film("unknown"))
    viewer = Viewer(max_runtime_min=60, max_age=6)
    slate = recommend(catalogue, viewer, None, EVENING)
    assert slate.films == ()
    assert slate.note == ("No film fits (up to 1 h for age 6): there would be 1 of any length.")


def test_an_empty_catalogue_gives_an_empty_slate_with_a_note(catalogue_of: CatalogueOf) -> None:
    slate = recommend(catalogue_of(), Viewer(languages=("ml",)), mood_of("sad"), EVENING)
    assert slate.films == ()
    assert slate.note == "No film fits: the catalogue has 0 in all."


def test_what_was_liked_leads_to_more_of_it(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("heist", genres=("crime",), keywords=("heist", "friendship")),
        film("other-heist", genres=("crime",), keywords=("heist", "friendship")),
        film("meadow", genres=("family",), keywords=("meadow",)),
    )
    slate = recommend(catalogue, Viewer(liked=("heist",)), None, EVENING)
    assert ids(slate) == ["other-heist", "meadow"]
    assert texts(slate.films[0])[0] == "Like heist, which you liked: heist and friendship"


def test_a_reason_names_who_made_and_played_in_both_films_once(catalogue_of: CatalogueOf) -> None:
    tramp = {"directors": ("Chaplin",), "cast": ("Chaplin",), "genres": ("comedy",)}
    catalogue = catalogue_of(film("liked", **tramp), film("like-it", **tramp), film("other"))
    slate = recommend(catalogue, Viewer(liked=("liked",)), None, EVENING, count=1)
    assert texts(slate.films[0]) == ["Like liked, which you liked: Chaplin and comedy"]


def test_what_was_disliked_leads_away(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("liked", genres=("crime", "comedy")),
        film("disliked", genres=("crime", "war")),
        film("funny", genres=("crime", "comedy")),
        film("warlike", genres=("crime", "war")),
    )
    slate = recommend(catalogue, Viewer(liked=("liked",), disliked=("disliked",)), None, EVENING)
    assert ids(slate) == ["funny", "warlike"]


def test_a_well_rated_film_leads_where_ratings_are_known(catalogue_of: CatalogueOf) -> None:
    catalogue = catalogue_of(
        film("loved", rating=9.0, votes=10_000),
        film("hardly-known", rating=9.9, votes=1),
        film("unrated"),
        film("loathed", rating=2.0, votes=10_000),
    )
    slate = recommend(catalogue, Viewer(), None, EVENING)
    assert ids(slate)[0] == "loved"
    assert ids(slate)[-1] == "loathed"
    assert texts(slate.films[0])[0] == "Rated 9.0 of 10 by 10,000 people"


def test_another_seed_gives_another_slate_and_another_id(starter: Catalogue) -> None:
    one, other = (recommend(starter, Viewer(), None, EVENING, seed=seed) for seed in (1, 2))
    assert ids(one) != ids(other)
    assert one.id != other.id
    assert one.made == EVENING.at


def test_a_slate_does_not_repeat_itself(catalogue_of: CatalogueOf) -> None:
    crime = [
        film(f"crime{n}", genres=("crime",), keywords=("heist",), mood_tags=("feel-good",))
        for n in range(9)
    ]
    meadow = film("meadow", genres=("family",), mood_tags=("heartwarming",))
    slate = recommend(
        catalogue_of(*crime, meadow), Viewer(lift=1), mood_of("happy"), EVENING, count=3
    )
    assert "meadow" in ids(slate)


def test_no_films_cannot_be_asked_for(starter: Catalogue) -> None:
    with pytest.raises(InvalidRequestError, match="count: 0"):
        recommend(starter, Viewer(), None, EVENING, count=0)
