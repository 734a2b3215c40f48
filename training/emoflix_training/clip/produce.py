"""From training faces to the finished clip, in one go."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from emoflix_training.classifiers import KerasClassifier, TfliteClassifier
from emoflix_training.files import replacing
from emoflix_training.prepared import Faces

from . import direct, stage
from .direct import Check
from .networks import EXPRESSIONS
from .script import SCENES, script
from .vae import Losses, choose_faces, train_decoder

CLIP_NAME: Final = "invented_faces.mp4"


@dataclass(frozen=True)
class Produced:
    """The finished clip; distances in grey levels, see `direct.nearest_training_face`."""

    clip: Path
    check: Check
    nearest: float
    typical: float


def produce(
    training: Faces,
    network: KerasClassifier,
    quantised: TfliteClassifier,
    *,
    decoder_path: Path,
    out: Path,
    epochs: int,
    seed: int,
) -> Produced:
    """Train the decoder unless it is there, cast, film, write, check.

    Raises:
        TrainingError: OpenCV is missing, or too few invented faces pass the casting.
    """
    import keras

    stage.opencv()
    if decoder_path.is_file():
        decoder = KerasClassifier(decoder_path).model
    else:
        decoder = _train(training, network.model, epochs, seed)
        with replacing(decoder_path) as temporary:
            decoder.save(temporary)
        decoder = keras.saving.load_model(decoder_path, compile=False)

    latents = direct.cast(decoder, quantised, SCENES, seed)
    entries, clip = script(), out / CLIP_NAME
    direct.write(direct.film(decoder, latents), clip)
    direct.write_script(out / "script.json", entries, clip)
    shown = [direct.decode(decoder, latents, c) for c in np.eye(len(EXPRESSIONS))]
    nearest, typical = direct.nearest_training_face(np.concatenate(shown), training.images)
    return Produced(clip, direct.check(clip, entries, quantised), nearest, typical)


def _train(training: Faces, network: Any, epochs: int, seed: int) -> Any:
    from rich.progress import Progress

    pictures, conditions = choose_faces(training, network)
    with Progress() as bars:
        task = bars.add_task("inventing faces")

        def on_step(epoch: int, step: int, steps: int) -> None:
            bars.update(task, total=epochs * steps, completed=(epoch - 1) * steps + step)

        def on_epoch(done: Losses) -> None:
            bars.console.print(
                f"epoch {done.epoch:3d}  pixels {done.pixels:.1f}  features {done.features:.3f}  "
                f"latent {done.latent_nats:.1f} nats  expression {done.expression:.3f}  "
                f"realism {done.realism:.2f}"
            )

        return train_decoder(
            pictures,
            conditions,
            network,
            epochs=epochs,
            seed=seed,
            on_step=on_step,
            on_epoch=on_epoch,
        )
