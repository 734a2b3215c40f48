import pytest
from hypothesis import given
from hypothesis import strategies as st

from emoflix_catalog.text import fold, slug, sounds_like


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Le Fabuleux Destin d'Amélie Poulain", "le fabuleux destin damelie poulain"),
        ("ദൃശ്യം", "drishyam"),
        ("കുമ്പളങ്ങി നൈറ്റ്സ്", "kumpalangngi naitts"),
        ("दृश्यम", "drishyam"),
        ("মুম্বই", "mumbai"),
        ("পথের পাঁচালী", "pather panchali"),
        ("நாயகன்", "nayakan"),
        ("బాహుబలి", "bahubali"),
        ("ಕಾಂತಾರ", "kantara"),
        ("기생충", "gisaengchung"),
        ("千と千尋の神隠し", "千 と 千 尋 の 神 隠 し"),
        ("Łódź \u2013 Straße", "lodz strasse"),
        ("Сталкер", "stalker"),
        ("Летят журавли", "letyat zhuravli"),
        ("Ёлки", "elki"),
        ("Тіні забутих предків", "tini zabutikh predkiv"),
        ("Съезд", "sezd"),
        ("  ", ""),
        ("३ Idiots", "3 idiots"),
    ],
)
def test_scripts_and_accents_fold_to_plain_words(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Baahubali", "Bahubali"),
        ("ദൃശ്യം", "Drishyam"),
        ("മണിച്ചിത്രത്താഴ്", "Manichitrathazhu"),
        ("கைதி", "Kaithi"),
        ("ஜெய் பீம்", "Jai Bhim"),
        ("Mammooty", "Mammootty"),
        ("Андрей Тарковский", "Andrei Tarkovsky"),
    ],
)
def test_spellings_of_one_name_sound_alike(one: str, other: str) -> None:
    assert sounds_like(one) == sounds_like(other)


def test_different_names_do_not_sound_alike() -> None:
    assert sounds_like("Mohanlal") != sounds_like("Mammootty")


@given(st.text())
def test_folding_never_fails_and_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert once == once.strip()
    assert "  " not in once
    assert fold(once) == once


@given(st.text())
def test_a_slug_holds_only_what_an_id_may(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
