"""A photograph stays itself through a stamp, a small cut, another compression."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emoflix_training import near
from emoflix_training.fer2013 import USAGES, Rows
from emoflix_training.labels import SPLITS, VOTES
from emoflix_training.near import alike, joined, near_pairs, shifted_pairs
from emoflix_training.prepare import prepare

Picture = NDArray[np.uint8]


def photographs(count: int) -> Picture:
    """Smooth random pictures, as different from each other as faces of strangers."""
    generator = np.random.default_rng(8)
    coarse = generator.integers(0, 256, (count, 6, 6), dtype=np.uint8)
    return np.stack([cv2.resize(one, (48, 48), interpolation=cv2.INTER_CUBIC) for one in coarse])


def compressed(picture: Picture) -> Picture:
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def stamped(picture: Picture) -> Picture:
    return np.asarray(cv2.putText(picture.copy(), "c", (3, 44), 0, 0.3, 200), np.uint8)


def cut_closer(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture[1:, 1:], (48, 48)), np.uint8)


def darker(picture: Picture) -> Picture:
    return np.asarray(picture * 0.6, np.uint8)


@pytest.mark.parametrize("changed", [compressed, stamped, cut_closer, darker])
def test_a_changed_copy_is_found_and_nothing_else(changed: Callable[[Picture], Picture]) -> None:
    pictures = photographs(60)
    pictures[41] = changed(pictures[7])
    assert near_pairs(pictures).tolist() == [[7, 41]]


def test_pairs_are_the_same_however_many_are_compared_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures = np.concatenate([photographs(20)] * 3)
    at_once = near_pairs(pictures)
    assert len(at_once) == 20 * 3
    monkeypatch.setattr(near, "PAIRS", 7)
    monkeypatch.setattr(near, "CHUNK", 11)
    assert sorted(near_pairs(pictures).tolist()) == sorted(at_once.tolist())


def test_copies_and_near_copies_have_one_number() -> None:
    pictures = photographs(5)
    pictures[3], pictures[4] = pictures[0], compressed(pictures[1])
    group = alike(pictures)
    assert group[3] == group[0]
    assert group[4] == group[1]
    assert len(set(group)) == 3


def test_blank_pictures_are_like_nothing() -> None:
    assert len(near_pairs(np.zeros((3, 48, 48), np.uint8))) == 0


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_whoever_is_connected_shares_a_group(pairs: list[tuple[int, int]]) -> None:
    group = joined(np.arange(20), np.array(pairs, np.intp).reshape(-1, 2))
    reachable = {i: {i} for i in range(20)}
    for i, j in pairs:
        together = reachable[i] | reachable[j]
        for member in together:
            reachable[member] = together
    for i in range(20):
        assert {j for j in range(20) if group[j] == group[i]} == reachable[i]


def rows_of(pictures: Picture) -> Rows:
    """Faces to learn from, but for the last two, which are PublicTest's."""
    usage = np.full(len(pictures), USAGES.index("Training"), np.uint8)
    usage[-2:] = USAGES.index("PublicTest")
    return Rows(
        images=pictures,
        labels=np.arange(len(pictures), dtype=np.uint8) % 7,
        usage=usage,
        votes=np.zeros((len(pictures), len(VOTES)), np.uint8),
    )


def test_a_near_copy_of_an_evaluation_image_is_not_learnt_from() -> None:
    pictures = photographs(30)
    pictures[3] = darker(pictures[29])
    faces, counts = prepare(rows_of(pictures), validation_fraction=0.3)
    assert (counts.dropped_for_evaluation, counts.dropped_near_evaluation) == (0, 1)
    assert faces.of("PublicTest").unique.tolist() == [True, False]
    learnt = faces.take(faces.split < SPLITS.index("PublicTest"))
    assert not set(learnt.group) & set(faces.of("PublicTest").group)


def cut_elsewhere(pictures: Picture, down: int, across: int) -> Picture:
    """The pictures cut out of larger ones, so many pixels off the middle."""
    larger = np.stack(
        [cv2.resize(one, (60, 60), interpolation=cv2.INTER_CUBIC) for one in pictures]
    )
    return larger[:, 6 + down : 54 + down, 6 + across : 54 + across]


@given(st.integers(-3, 3), st.integers(-3, 3))
@settings(max_examples=15, deadline=None)
def test_a_copy_that_is_cut_elsewhere_is_found_by_trying(down: int, across: int) -> None:
    pictures = cut_elsewhere(photographs(40), 0, 0)
    pictures[31] = cut_elsewhere(photographs(40), down, across)[7]
    rows = np.arange(40) >= 30
    assert shifted_pairs(pictures, rows).tolist() == [[7, 31]]


def test_pictures_of_which_none_is_looked_for_have_no_copies() -> None:
    pictures = np.concatenate([photographs(3)] * 2)
    assert shifted_pairs(pictures, np.zeros(6, bool)).tolist() == []


@pytest.mark.parametrize("shifted", [False, True])
def test_a_copy_cut_elsewhere_is_learnt_from_unless_it_is_looked_for(shifted: bool) -> None:  # noqa: FBT001
    pictures = cut_elsewhere(photographs(30), 0, 0)
    pictures[29] = cut_elsewhere(photographs(30), 3, -3)[3]
    faces, counts = prepare(rows_of(pictures), validation_fraction=0.3, shifted=shifted)
    assert counts.dropped_near_evaluation == shifted
    assert faces.of("PublicTest").unique.tolist() == [True, not shifted]


def test_near_copies_stay_on_one_side_of_the_validation_cut() -> None:
    pictures = photographs(60)
    for copy, original in ((50, 1), (51, 2), (52, 3)):
        pictures[copy] = compressed(pictures[original])
    pictures[53] = stamped(pictures[50])
    rows = Rows(
        images=pictures,
        labels=np.zeros(60, np.uint8),
        usage=np.full(60, USAGES.index("Training"), np.uint8),
        votes=np.zeros((60, len(VOTES)), np.uint8),
    )
    for seed in range(5):
        faces, _ = prepare(rows, validation_fraction=0.5, seed=seed)
        assert len(faces) == 60
        assert not set(faces.of("train").group) & set(faces.of("validation").group)
