import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emoflix_catalog.vocabulary import EXPRESSIONS
from emoflix_device.config import VisionSettings
from emoflix_device.errors import ModelError
from emoflix_device.model_bundle import reads_plain_faces
from emoflix_device.vision.card import BUNDLED
from emoflix_device.vision.expression import open_expression_model, probabilities


def test_a_model_with_its_card_is_read(model_with_card: Callable[..., Path]) -> None:
    model = open_expression_model(model_with_card())
    assert model.card.input.size_px == 44
    assert model.card.temperature == 1.5
    assert model.logits(np.zeros((2, 44, 44), np.uint8)).shape == (2, 7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": sorted(EXPRESSIONS)}, r"labels: angry, disgust, fear, happy, neutral"),
        ({"labels": ["cat", "dog"]}, r"labels: cat, dog; wanted are angry, disgust"),
        ({"sha256": "0" * 64}, r"expression\.tflite: its sha256 is not the one in"),
        ({"sha256": "short"}, r"not a model card \(.*sha256"),
        ({"temperature": 0}, r"not a model card \(.*temperature"),
        ({"temperature": None}, r"not a model card \(.*temperature"),
        ({"prior": [0.5, 0.5]}, r"not a model card \(.*prior"),
        ({"prior": [0, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1]}, r"not a model card \(.*prior"),
        ({"input": {"size_px": 48, "crop_of_48": 48}}, r"takes 44 px, but its card says 48"),
        ({"input": {"size_px": 44}}, r"missing required field `crop_of_48`"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(
    model_with_card: Callable[..., Path], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        open_expression_model(model_with_card(**changes))


@pytest.mark.parametrize("engine", ["litert", "tflite"])
def test_a_truncated_model_is_refused_before_an_engine_sees_it(
    model_with_card: Callable[..., Path], engine: Any
) -> None:
    model = model_with_card()
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(ModelError, match="the model is damaged"):
        open_expression_model(model, engine)


def test_a_missing_card_is_named(model_with_card: Callable[..., Path]) -> None:
    model = model_with_card()
    model.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match=r"expression\.json: the model's card cannot be read"):
        open_expression_model(model)


def test_a_card_that_is_not_json_is_refused(model_with_card: Callable[..., Path]) -> None:
    model = model_with_card()
    model.with_suffix(".json").write_text("labels: [angry]", encoding="utf-8")
    with pytest.raises(ModelError, match=r"expression\.json: not a model card"):
        open_expression_model(model)


@given(
    arrays(np.float32, (3, 7), elements=st.floats(-50, 50, width=32)),
    st.floats(0.125, 8, width=32),
)
def test_probabilities_sum_to_one_and_keep_the_order(logits: Any, temperature: float) -> None:
    shares = probabilities(logits, temperature)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    top = logits.argmax(axis=1)[:, None]
    assert (np.take_along_axis(shares, top, 1) >= shares - 1e-6).all()


def test_a_higher_temperature_is_less_sure() -> None:
    logits = np.array([[4, 0, 0, 0, 0, 0, 0]], np.float32)
    assert probabilities(logits, 2.0)[0, 0] < probabilities(logits, 1.0)[0, 0]


@pytest.mark.parametrize("network", BUNDLED)
def test_a_bundled_network_and_its_card_belong_together(network: str) -> None:
    model = open_expression_model(BUNDLED[network])
    card = json.loads(BUNDLED[network].with_suffix(".json").read_text(encoding="utf-8"))
    assert model.card.sha256 == card["sha256"]


def test_the_tiny_network_is_tiny_and_reads_the_bundled_clip() -> None:
    assert BUNDLED["tiny"].stat().st_size <= 350_000
    reads_plain_faces(BUNDLED["tiny"], VisionSettings(network="tiny"))
