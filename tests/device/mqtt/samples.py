"""What the tests of the messages say."""

from emoflix_device.mqtt.messages import FilmMessage


def film(number: int = 1, title: str = "Drishyam") -> FilmMessage:
    """A film with all that a card shows."""
    return FilmMessage(
        id=f"film-{number}",
        title=title,
        original_title="ദൃശ്യം",
        year=2013,
        language="ml",
        genres=("thriller",),
        runtime_min=160,
        cast=("Mohanlal",),
        director="Jeethu Joseph",
        score=1.0,
        reasons=("In Malayalam, one of your languages.",),
    )
