"""From training faces to the finished clip, in one go."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from emoflix_training.backend import require_tensorflow
from emoflix_training.classifiers import KerasClassifier, TfliteClassifier, open_keras
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
    """The finished clip, and how far its faces are from real ones, in grey levels.

    `to_training` is the least distance of a shown face to a picture of the split `train`;
    `to_training_sample` to one of as many of them as `validation` has, and `to_unseen` to one of
    `validation`, which the decoder never saw: one that copies is nearer to what it has seen.
    `between_pictures` is the median distance of a training picture to the one most like it.
    """

    clip: Path
    check: Check
    to_training: float
    to_training_sample: float
    to_unseen: float
    between_pictures: float


def produce(
    faces: Faces,
    network: KerasClassifier,
    quantised: TfliteClassifier,
    *,
    decoder_path: Path,
    out: Path,
    epochs: int,
    seed: int,
    casting_seed: int,
) -> Produced:
    """Train the decoder unless it is there, cast, film, write, check.

    Raises:
        TrainingError: OpenCV is missing, Keras does not run on TensorFlow, or too few invented
            faces pass the casting.
    """
    stage.opencv()
    require_tensorflow("clip")
    if not decoder_path.is_file():
        trained = _train(faces.of("train"), network.model, epochs, seed)
        with replacing(decoder_path) as temporary:
            trained.save(temporary)
    decoder = open_keras(decoder_path)
    latents = direct.cast(decoder, quantised, SCENES, casting_seed)
    entries, clip = script(), out / CLIP_NAME
    direct.write(direct.film(decoder, latents), clip)
    direct.write_script(out / "script.json", entries, clip)
    shown = [direct.decode(decoder, latents, c) for c in np.eye(len(EXPRESSIONS))]
    learnt, unseen = faces.of("train").images, faces.of("validation").images
    faces_shown = np.concatenate(shown)
    return Produced(
        clip=clip,
        check=direct.check(clip, entries, quantised),
        to_training=float(direct.nearest(faces_shown, learnt).min()),
        to_training_sample=float(direct.nearest(faces_shown, learnt[: len(unseen)]).min()),
        to_unseen=float(direct.nearest(faces_shown, unseen).min()),
        between_pictures=direct.nearest_to_each_other(learnt),
    )


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
