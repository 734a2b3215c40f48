"""One training run: a plain loop that can be stopped anywhere and goes on as if it had not been."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from . import networks
from .augment import centre_crop
from .averaging import Average, learnt
from .errors import RunError
from .feeding import ahead, batches, soft_targets, votes
from .files import replacing
from .history import Epoch, append
from .metrics import negative_log_likelihood
from .precision import fastest_precision
from .prepared import Faces
from .recipe import Recipe
from .run_folder import Weights, finished_epochs, open_run, restore, store
from .voters import require_votes

EVALUATION_BATCH: Final = 256
HEADS: Final = ("logits", "votes")


@dataclass(frozen=True)
class Progress:
    """Told after every step; `loss` is the epoch's mean so far."""

    epoch: int
    step: int
    steps: int
    loss: float


def train(
    recipe: Recipe,
    faces: Faces,
    run: Path,
    *,
    teacher: NDArray[np.float32] | None = None,
    start: Weights | None = None,
    resume: bool = False,
    on_step: Callable[[Progress], None] = lambda _: None,
    on_epoch: Callable[[Epoch], None] = lambda _: None,
) -> None:
    """Train a network from fresh weights on the split `train`, choosing on `validation`.

    Args:
        recipe: everything that decides the run.
        faces: prepared data.
        run: folder of the run; made if it is not there.
        teacher: for a recipe with `distillation`: what teachers answer about each face of the
            split `train`, float32[n, 7].
        start: what `weights_of` a run of the same network gave, to go on from; fresh weights where
            not given.
        resume: go on after the last finished epoch of this folder.
        on_step: called after each step.
        on_epoch: called after each epoch.

    Raises:
        RunError: the folder holds a run already, or one by another recipe or of other faces, or a
            damaged one; a teacher is missing; or the training diverged.
        DataError: a split is missing, or the recipe listens to voters and the data has none.
    """
    import keras

    if (recipe.distillation is None) != (teacher is None):
        raise RunError("a recipe with `distillation`, and only such a one, is for `distil`")
    training, validation = faces.of("train"), faces.of("validation")
    require_votes(recipe, training)
    open_run(recipe, faces, run, resume=resume)
    keras.utils.set_random_seed(recipe.seed)  # for the first weights

    model = networks.build(recipe.network, recipe.crop_of_48, fastest_precision(), fused=True)
    learner = networks.with_votes(model)
    saved = networks.build(recipe.network, recipe.crop_of_48, "float32")
    learner.compile(
        optimizer=_optimizer(recipe),
        loss={head: keras.losses.CategoricalCrossentropy(from_logits=True) for head in HEADS},
        loss_weights={"logits": 1.0, "votes": recipe.votes},
        metrics={"logits": "accuracy"},
    )
    learner.optimizer.build(learner.trainable_variables)
    if start is not None:
        for weight, value in zip(learnt(model), start, strict=True):
            weight.assign(value)
    average = Average(model, recipe.average_decay)

    done = restore(run, learner, average)
    before = finished_epochs(run, done)
    best = max((epoch.validation_accuracy for epoch in before), default=-1.0)
    targets = {"logits": soft_targets(training, recipe, teacher), "votes": votes(training)}
    steps = math.ceil(len(training) / recipe.batch)

    for epoch in range(done + 1, recipe.epochs + 1):
        # PyTorch's drop-out draws from one global generator, which no checkpoint holds.
        keras.utils.set_random_seed(recipe.seed * recipe.epochs + epoch)
        loss_sum, hits, seen = 0.0, 0.0, 0
        feed = ahead(batches(training, targets, recipe, epoch))
        for step, (crops, wanted) in enumerate(feed, start=1):
            rate = learning_rate(recipe, (epoch - 1) * steps + step, steps)
            learner.optimizer.learning_rate.assign(rate)
            # Younger releases of Keras do it themselves; an older one would go on averaging.
            learner.reset_metrics()
            result = learner.train_on_batch(crops, wanted, return_dict=True)
            average.update()
            loss_sum += len(crops) * float(result["logits_loss"])
            hits += len(crops) * float(result["logits_accuracy"])
            seen += len(crops)
            on_step(Progress(epoch, step, steps, loss_sum / seen))

        if not average.is_finite:
            raise RunError(f"{run}: the weights grew past all numbers; try a lower learning_rate")
        with average.in_place():
            loss, accuracy = _measure(model, validation, recipe.crop_of_48)
            if accuracy > best:
                best = accuracy
                saved.set_weights(model.get_weights())
                with replacing(run / "model.keras") as temporary:
                    saved.save(temporary)
        finished = Epoch(
            epoch=epoch,
            learning_rate=rate,
            loss=loss_sum / seen,
            accuracy=hits / seen,
            validation_loss=loss,
            validation_accuracy=accuracy,
        )
        append(run, finished)
        store(run, learner, average, epoch)
        on_epoch(finished)


def learning_rate(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """A linear warm-up, then half a cosine down to zero (https://arxiv.org/abs/1608.03983)."""
    warmup = recipe.warmup_epochs * steps_per_epoch
    if step < warmup:
        return recipe.learning_rate * step / warmup
    total = recipe.epochs * steps_per_epoch
    passed = (step - warmup) / max(1.0, total - warmup)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, passed)))


def _optimizer(recipe: Recipe) -> Any:
    import keras

    optimizer = (
        keras.optimizers.SGD(
            learning_rate=recipe.learning_rate,
            momentum=recipe.momentum,
            nesterov=True,
            # Keras takes it off the weight directly, past the momentum that would amplify it.
            weight_decay=recipe.weight_decay / (1 - recipe.momentum) or None,
        )
        if recipe.optimizer == "sgd"
        else keras.optimizers.Adam(
            learning_rate=recipe.learning_rate,
            beta_1=recipe.momentum,
            weight_decay=recipe.weight_decay or None,
        )
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _measure(model: Any, faces: Faces, crop_px: int) -> tuple[float, float]:
    logits = model.predict(
        centre_crop(faces.images, crop_px), batch_size=EVALUATION_BATCH, verbose=0
    )
    right = logits.argmax(axis=1) == faces.labels
    return negative_log_likelihood(logits, faces.labels), float(right.mean())
