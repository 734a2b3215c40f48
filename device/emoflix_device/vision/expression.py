"""What a face shows: seven logits, and what they are worth as probabilities."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emoflix_device.camera.frame import Image
from emoflix_device.errors import ModelError
from emoflix_device.vision.card import ModelCard, read_card
from emoflix_device.vision.engine import Engine, EngineName, open_engine


class ExpressionModel:
    """A network and its card."""

    def __init__(self, card: ModelCard, engine: Engine) -> None:
        self.card = card
        self.engine = engine

    def logits(self, crops: Image) -> NDArray[np.float32]:
        """float32[n, 7] in the order of `EXPRESSIONS`, of uint8[n, s, s]; n may be 0."""
        return self.engine.run(crops)


def open_expression_model(model: Path, engine: EngineName = "auto") -> ExpressionModel:
    """Read the card, then load the model it vouches for.

    Raises:
        ModelError: one of them cannot be used; the message names the file.
    """
    model = model.resolve()  # an update turns a link; the card lies beside what it points to
    card = read_card(model)
    opened = open_engine(model, engine)
    if opened.size_px != card.input.size_px:
        raise ModelError(
            f"{model}: takes {opened.size_px} px, but its card says {card.input.size_px}"
        )
    return ExpressionModel(card, opened)


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Softmax of float32[n, 7] / temperature, row by row.

    One temperature for all, found on a validation split, makes the numbers mean what they say:
    Guo and others, "On Calibration of Modern Neural Networks" (ICML 2017).
    """
    scaled = logits / np.float32(temperature)
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    share: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return share
