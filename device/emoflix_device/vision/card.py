"""The model card: what the network wants to see and what its seven outputs mean."""

import hashlib
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.errors import ModelError

_MODELS: Final = Path(__file__).parent.parent / "models"
BUNDLED_MODEL: Final = _MODELS / "expression.tflite"
BUNDLED: Final = {"standard": BUNDLED_MODEL, "tiny": _MODELS / "tiny.tflite"}
"""The networks that come with the program, by their names in the configuration."""


class CardInput(Struct, frozen=True):
    """The crop: `size_px` square, grey, of the centred `crop_of_48` pixels of FER2013's 48."""

    size_px: Annotated[int, Meta(ge=16, le=256)]
    crop_of_48: Annotated[float, Meta(gt=0, le=48)]


Likely = Annotated[float, Meta(gt=0, lt=1)]


class ModelCard(Struct, frozen=True):
    """What the device needs of `expression.json`; the scores in it are for people."""

    labels: tuple[str, ...]
    input: CardInput
    temperature: Annotated[float, Meta(gt=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    prior: tuple[Likely, Likely, Likely, Likely, Likely, Likely, Likely] = (1 / 7,) * 7
    """How likely the network takes each expression to be before it sees a face."""


def read_card(model: Path) -> ModelCard:
    """Read the card beside the model and hold the model against it.

    Raises:
        ModelError: one of the two is missing or broken, they do not belong together, or the
            network names other expressions, or the same in another order.
    """
    file = model.with_suffix(".json")
    digest = sha256_of(model)
    try:
        card = msgspec.json.decode(file.read_bytes(), type=ModelCard)
    except OSError as error:
        raise ModelError(f"{file}: the model's card cannot be read ({error.strerror})") from error
    except msgspec.DecodeError as error:
        raise ModelError(f"{file}: not a model card ({error})") from error
    if card.labels != EXPRESSIONS:
        raise ModelError(
            f"{file}: labels: {', '.join(card.labels)}; wanted are {', '.join(EXPRESSIONS)}"
        )
    if card.sha256 != digest:
        raise ModelError(
            f"{model}: its sha256 is not the one in {file.name}; they do not belong together, or "
            "the model is damaged: copy both again"
        )
    return card


def sha256_of(file: Path) -> str:
    """The file's SHA-256 in hexadecimal digits.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror})") from error
