"""Everything that can be measured of one network file on labelled faces, at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from . import classifiers, plots
from .card import temperature_of
from .evaluate import Comparison, Evaluation, Hardship, compare, endure, evaluate
from .files import replacing
from .prepared import Faces


@dataclass(frozen=True)
class Findings:
    """What was measured of `network`, and the answers behind it: logits float32[n, 7].

    `name` tells it from the one that it was compared with.
    """

    network: Path
    name: str
    faces: Faces
    logits: NDArray[np.float32]
    evaluation: Evaluation
    hardships: list[Hardship]
    comparison: Comparison | None

    def to_builtins(self) -> dict[str, Any]:
        """For machines: the evaluation's fields, and `hardships` and `comparison` if measured."""
        found: dict[str, Any] = msgspec.to_builtins(self.evaluation)
        if self.hardships:
            found["hardships"] = msgspec.to_builtins(self.hardships)
        if self.comparison is not None:
            found["comparison"] = msgspec.to_builtins(self.comparison)
        return found


def measure(
    network: Path,
    name: str,
    faces: Faces,
    *,
    engine: str = "litert",
    against: Path | None = None,
    hardships: bool = False,
) -> Findings:
    """Measure a network on faces called `name`.

    Raises:
        ModelFileError: a network's file is missing or broken.
    """
    classifier = classifiers.load(network, engine)
    logits = classifier.logits(faces.images)
    comparison, called = None, network.name
    if against is not None:
        other = classifiers.load(against, engine).logits(faces.images)
        # Every run calls its network model.keras.
        alike = network.name == against.name
        called = str(network) if alike else network.name
        comparison = compare(str(against) if alike else against.name, faces, logits, other)
    return Findings(
        network=network,
        name=called,
        faces=faces,
        logits=logits,
        evaluation=evaluate(name, faces, logits, temperature_of(network)),
        hardships=endure(classifier, faces) if hardships else [],
        comparison=comparison,
    )


def write_plots(folder: Path, found: Findings) -> None:
    """Draw what was measured into PNGs."""
    evaluation, labels = found.evaluation, found.faces.labels
    drawings = {
        "confusion": plots.confusion(evaluation.confusion),
        "reliability": plots.reliability(found.logits, labels, evaluation.temperature),
        "coverage": plots.coverage(found.logits, labels),
    }
    if found.hardships:
        drawings["robustness"] = plots.robustness(found.hardships, evaluation.full.accuracy)
    for name, png in drawings.items():
        with replacing(folder / f"{name}.png") as temporary:
            temporary.write_bytes(png)
