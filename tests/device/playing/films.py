"""Films that the catalogue knows, for the tests of what plays them."""

from emoflix_catalog.film import Film

DRISHYAM = Film(
    id="drishyam-2013", title="Drishyam", original_title="ദൃശ്യം", year=2013, languages=("ml",)
)
AMELIE = Film(
    id="amelie-2001",
    title="Amélie",
    original_title="Le Fabuleux Destin d'Amélie Poulain",
    year=2001,
    identifiers={"imdb": "tt0211915"},
)
PADDINGTON = Film(id="paddington-2-2017", title="Paddington 2", year=2017)
