"""What is remembered between two questions: never what an answer changed."""

import gc
import weakref
from pathlib import Path

import msgspec
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emoflix_catalog.build import write_catalogue
from emoflix_catalog.film import Film
from emoflix_catalog.recommend import Viewer, mood_of, recommend
from emoflix_catalog.recommend.scorers import SCORERS
from emoflix_catalog.recommend.taste import ARRAYS_KEPT, taste_of
from emoflix_catalog.store import Catalogue, open_catalogue
from emoflix_catalog.vocabulary import GENRES
from tests.catalog.slates import EVENING, CatalogueOf, film, subsets


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_an_answer_a_slate_is_what_it_would_be_without_a_memory(
    starter_list: list[Film], tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "films.sqlite"
    films = starter_list[::4]
    if not path.exists():
        write_catalogue(films, path)
    some = st.sampled_from([film.id for film in films])
    viewer = Viewer()
    with open_catalogue(path) as warm:
        for _ in range(data.draw(st.integers(1, 8))):
            change = data.draw(
                st.fixed_dictionaries(
                    {"liked": some.map(lambda film, so_far=viewer.liked: (*so_far, film))}
                )
                | st.fixed_dictionaries({"disliked": some.map(lambda film: (film,))})
                | st.fixed_dictionaries({"seen": st.frozensets(some, max_size=9)})
                | st.fixed_dictionaries({"declined": st.frozensets(some, max_size=9)})
                | st.fixed_dictionaries({"languages": subsets(("ml", "hi", "en"), 2)})
                | st.fixed_dictionaries({"genres_left_out": subsets(GENRES, 2)})
                | st.fixed_dictionaries({"actors": st.sampled_from([("Mohanlal",), ()])})
                | st.fixed_dictionaries({"max_runtime_min": st.sampled_from([None, 100])})
            )
            viewer = msgspec.structs.replace(viewer, **change)
            again = recommend(warm, viewer, mood_of("sad"), EVENING, seed=1)
            with open_catalogue(path) as cold:
                assert recommend(cold, viewer, mood_of("sad"), EVENING, seed=1) == again


def test_an_answer_leaves_what_does_not_hang_on_it(starter: Catalogue) -> None:
    first = starter.film_at(0).id
    viewer = Viewer(actors=("Mohanlal",), languages=("ml", "hi"))
    answered = msgspec.structs.replace(viewer, liked=(first,))
    scores = []
    for asks in (viewer, answered):
        taste = taste_of(starter, asks)
        asked = [s for s in taste.scorers(None, EVENING, asks.lift) if s.reads is not None]
        scores.append({scorer.name: taste.score(scorer) for scorer in asked})
    before, after = scores
    same = {name for name in before if before[name] is after[name]}
    assert same == {"people", "language", "quality"}
    assert not np.array_equal(before["content"], after["content"])
    assert taste_of(starter, viewer).spoken is taste_of(starter, answered).spoken


def test_however_many_answer_only_so_much_is_remembered(starter: Catalogue) -> None:
    viewers = [Viewer(liked=(starter.film_at(number).id,)) for number in range(2 * ARRAYS_KEPT)]
    for viewer in viewers:
        recommend(starter, viewer, None, EVENING)
    assert len(taste_of(starter, viewers[0])._memory) <= ARRAYS_KEPT


def test_a_catalogue_that_nobody_holds_any_more_is_let_go(catalogue_of: CatalogueOf) -> None:
    path = catalogue_of(film("one"), film("other")).rows("PRAGMA database_list")[0][2]
    with open_catalogue(Path(path)) as held:
        recommend(held, Viewer(liked=("one",)), mood_of("sad"), EVENING)
    seen = weakref.ref(held)
    del held
    gc.collect()
    assert seen() is None


def test_a_score_that_is_kept_does_not_hang_on_the_mood_or_the_evening(starter: Catalogue) -> None:
    viewer = Viewer(liked=(starter.film_at(0).id,), actors=("Mohanlal",), languages=("ml",))
    other = msgspec.structs.replace(EVENING, at=EVENING.at.replace(year=1990), people=5)
    for kind in SCORERS:
        if kind.reads is not None:
            plain = kind(starter, viewer, None, EVENING).score()
            sad = kind(starter, msgspec.structs.replace(viewer, lift=1.0), mood_of("sad"), other)
            assert np.array_equal(plain, sad.score()), kind.name
