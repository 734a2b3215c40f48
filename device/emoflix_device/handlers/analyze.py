"""`analyze`: a picture that somebody sent."""

from emoflix_device.handlers.desk import Desk
from emoflix_device.handlers.later import Later
from emoflix_device.mqtt.messages import FilmMessage, Probabilities
from emoflix_device.mqtt.requests import AnalyzeRequest, AnalyzeResult, FaceMessage
from emoflix_device.offering import Wanted
from emoflix_device.picture import PictureReading
from emoflix_device.review import FaceReport
from emoflix_device.translate import film_message, slate_message


def analyze(desk: Desk, request: AnalyzeRequest) -> Later[PictureReading]:
    """Read its faces on the worker, then find films for them. It is shown to nobody else."""

    def result(reading: PictureReading) -> AnalyzeResult:
        films: tuple[FilmMessage, ...] = ()
        picture = desk.recommender.resemblance(reading.look)
        if reading.mood is not None:
            films = slate_message(desk.offering.make(reading.mood, Wanted(picture=picture))).films
        viewer = desk.people.viewer(desk.people.current)
        return AnalyzeResult(
            faces=tuple(map(_face, reading.faces)),
            films=films,
            look_alike=tuple(map(film_message, desk.recommender.look_alike(picture, viewer))),
            unreadable=reading.unreadable,
        )

    return Later(desk.worker.do(lambda: desk.pictures.read(request.picture)), result)


def _face(face: FaceReport) -> FaceMessage:
    x, y, width, height = face.box_px
    return FaceMessage(
        x=x,
        y=y,
        width=width,
        height=height,
        expression=face.expression,
        probabilities=Probabilities(**face.probabilities),
    )
