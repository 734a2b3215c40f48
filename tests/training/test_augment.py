import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emoflix_training.augment import augment, centre_crop
from emoflix_training.recipe import Augmentation

FACES = np.random.default_rng(3).integers(0, 256, (6, 48, 48), dtype=np.uint8)
NOTHING = Augmentation(flip=False, rotation_deg=0, scale=0, shift=0)


def test_no_strength_is_the_centre_crop() -> None:
    crops = augment(FACES, 44, NOTHING, np.random.default_rng(0))
    np.testing.assert_allclose(crops, centre_crop(FACES, 44), atol=0.6)


def test_a_flip_is_the_mirror_image() -> None:
    flip = Augmentation(flip=True, rotation_deg=0, scale=0, shift=0)
    crops = augment(FACES, 44, flip, np.random.default_rng(0))
    plain = centre_crop(FACES, 44)
    mirrored = [np.abs(c - p[:, ::-1]).max() < 1 for c, p in zip(crops, plain, strict=True)]
    same = [np.abs(c - p).max() < 1 for c, p in zip(crops, plain, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert any(mirrored)
    assert any(same)


@settings(deadline=None, max_examples=30)
@given(st.integers(16, 48), st.integers(0, 2**32 - 1))
def test_every_crop_has_its_size_and_keeps_to_the_range_of_pixels(px: int, seed: int) -> None:
    strong = Augmentation(
        rotation_deg=45,
        scale=0.5,
        shift=0.5,
        shear=0.5,
        optics=1,
        light=1,
        noise=1,
        glasses=1,
        erase=1,
    )
    crops = augment(FACES, px, strong, np.random.default_rng(seed))
    assert crops.shape == (len(FACES), px, px, 1)
    assert crops.dtype == np.float32
    assert crops.min() >= 0
    assert crops.max() <= 255
    again = augment(FACES, px, strong, np.random.default_rng(seed))
    np.testing.assert_array_equal(crops, again)


def test_blur_and_few_pixels_keep_a_plain_face_plain() -> None:
    plain = np.full((20, 48, 48), 90, np.uint8)
    optics = Augmentation(flip=False, rotation_deg=0, scale=0, shift=0, optics=1)
    crops = augment(plain, 44, optics, np.random.default_rng(0))
    np.testing.assert_allclose(crops, 90, atol=0.01)


def test_a_sheared_face_leans_and_stays_where_it_was() -> None:
    upright = np.zeros((40, 48, 48), np.uint8)
    upright[:, :, 23:25] = 255
    shear = Augmentation(flip=False, rotation_deg=0, scale=0, shift=0, shear=0.5)
    leaning = augment(upright, 48, shear, np.random.default_rng(0))[..., 0].argmax(axis=2)
    middle = leaning[:, 24]
    assert np.abs(middle - 24).max() <= 1
    slope = (leaning[:, 34].astype(int) - leaning[:, 14]) / 20
    assert slope.min() < -0.3
    assert slope.max() > 0.3
    assert np.abs(slope).max() <= 0.55


def test_an_erased_face_has_one_covered_rectangle_and_is_itself_elsewhere() -> None:
    covered = Augmentation(flip=False, rotation_deg=0, scale=0, shift=0, erase=1)
    crops = augment(FACES, 48, covered, np.random.default_rng(0))[..., 0]
    for crop, face in zip(crops, centre_crop(FACES, 48)[..., 0], strict=True):
        changed = np.abs(crop - face) > 0.6
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        inside = crop[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert np.ptp(inside) == 0
        assert 0.1 <= len(rows) / 48 <= 0.55
        assert 0.1 <= len(columns) / 48 <= 0.55


def test_glasses_sit_at_the_eyes_and_leave_the_mouth_alone() -> None:
    plain = np.full((200, 48, 48), 128, np.uint8)
    glasses = Augmentation(flip=False, rotation_deg=0, scale=0, shift=0, glasses=1)
    worn = augment(plain, 48, glasses, np.random.default_rng(0))[..., 0] - 128
    assert np.abs(worn[:, 34:]).max() == 0
    assert np.abs(worn[:, :34]).max(axis=(1, 2)).min() > 0
    share = (np.abs(worn[:, 8:30]) > 1).mean()
    assert 0.05 < share < 0.5
