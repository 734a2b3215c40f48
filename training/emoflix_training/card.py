"""The model card beside the network: what the device must know, and what anyone may check."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec

from .classifiers import Tensor
from .errors import ModelFileError
from .evaluate import Evaluation
from .labels import LABELS
from .metrics import Score
from .prepared import Faces
from .recipe import Recipe
from .versions import versions

LICENCE: Final = (
    "Apache-2.0 for this file and its weights. FER2013's pictures, on which it was trained, are "
    "not part of it."
)


def make_card(
    *,
    network: bytes,
    source: Tensor,
    answer: Tensor,
    temperature: float,
    prior: list[float],
    scores: list[dict[str, Any]],
    faces: Faces,
    recipe: Recipe,
) -> dict[str, Any]:
    """Describe an exported network."""
    side = source.shape[1]
    return {
        "name": "expression",
        "labels": list(LABELS),
        "input": {
            "size_px": side,
            "crop_of_48": recipe.crop_of_48,
            "channels": "grey",
            "layout": "NHWC",
            "dtype": source.dtype,
            "scale": source.scale,
            "zero_point": source.zero_point,
            "pixels": "0 to 255; any scaling is inside the network",
        },
        "output": {
            "kind": "logits",
            "dtype": answer.dtype,
            "scale": answer.scale,
            "zero_point": answer.zero_point,
        },
        "temperature": round(temperature, 4),
        "prior": [round(share, 6) for share in prior],
        "scores": scores,
        "training_data": {
            "name": "FER2013 (Goodfellow et al. 2013), Training rows, cleaned",
            "train": len(faces.of("train")),
            "validation": len(faces.of("validation")),
            "chosen_on": "validation",
        },
        "recipe": msgspec.to_builtins(recipe),
        "versions": versions(),
        "sha256": hashlib.sha256(network).hexdigest(),
        "licence": LICENCE,
    }


def score_entry(network: str, seed: int, evaluation: Evaluation) -> dict[str, Any]:
    """One line of the card's `scores`; `distinct` is the de-duplicated score."""
    return {
        "network": network,
        "seed": seed,
        "split": evaluation.split,
        **_rounded(evaluation.full),
        "macro_f1": round(evaluation.macro_f1, 4),
        "calibration_error": round(evaluation.calibration_error, 4),
        "distinct": _rounded(evaluation.distinct),
    }


def read_card(path: Path) -> dict[str, Any]:
    """Read the card beside a network (`expression.json` beside `expression.tflite`).

    Raises:
        ModelFileError: it is missing or broken.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise ModelFileError(f"{path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ModelFileError(f"{path}: not a model card: {error}") from error


def temperature_of(network: Path) -> float:
    """The temperature in the card beside a network; 1 where there is no card.

    Raises:
        ModelFileError: what stands beside it is no card.
    """
    path = network.with_suffix(".json")
    if not path.is_file():
        return 1.0
    temperature = read_card(path).get("temperature")
    if not isinstance(temperature, int | float) or temperature <= 0:
        raise ModelFileError(f"{path}: not a model card: its temperature is {temperature}")
    return float(temperature)


def _rounded(score: Score) -> dict[str, Any]:
    low, high = score.interval
    return {
        "count": score.count,
        "accuracy": round(score.accuracy, 4),
        "interval": [round(low, 4), round(high, 4)],
    }
