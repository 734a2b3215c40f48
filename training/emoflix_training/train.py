"""One training run: a plain loop that can be stopped anywhere and goes on as if it had not been.

A run's folder holds its recipe, the versions it ran with, the checksum of its data, `history.csv`,
`curves.png`, `checkpoint.npz` (after every epoch) and `model.keras`, the network of the best epoch
so far.
"""

import json
import math
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from . import networks
from .augment import augment, centre_crop
from .errors import RunError
from .files import replacing, write_json
from .history import Epoch, append, read_history
from .labels import LABELS
from .precision import fastest_precision
from .prepared import Faces, described
from .recipe import Recipe, read_recipe, write_recipe
from .versions import versions
from .voters import require_votes

PREFETCHED_BATCHES: Final = 8
EVALUATION_BATCH: Final = 256
CHECKPOINT: Final = "checkpoint.npz"
DATA: Final = "data.json"
HEADS: Final = ("logits", "votes")

Targets = dict[str, NDArray[np.float32]]
"""What the two heads should answer, each row summing to 1: `logits` float32[n, 7], `votes`
float32[n, 10] (a row of zeros where nobody voted, which weighs nothing in the cross-entropy)."""

Weights = list[NDArray[np.float32]]
"""All that a network has learnt, in Keras' order, batch norm's statistics included."""

Batch = tuple[NDArray[np.float32], Targets]
"""Crops float32[b, px, px, 1] and what the network should answer about them."""


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
            teacher is missing.
        DataError: a split is missing, or the recipe listens to voters and the data has none.
    """
    import keras

    if (recipe.distillation is None) != (teacher is None):
        raise RunError("a recipe with `distillation`, and only such a one, is for `distil`")
    training, validation = faces.of("train"), faces.of("validation")
    require_votes(recipe, training)
    _open_run(recipe, faces, run, resume=resume)
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
        for weight, value in zip(_learnt(model), start, strict=True):
            weight.assign(value)
    average = Average(model, recipe.average_decay)

    checkpoint = run / CHECKPOINT
    done = _restore(checkpoint, learner, average) if checkpoint.is_file() else 0
    best = max((e.validation_accuracy for e in read_history(run)[:done]), default=-1.0)
    targets = {"logits": soft_targets(training, recipe, teacher), "votes": votes(training)}
    steps = math.ceil(len(training) / recipe.batch)

    for epoch in range(done + 1, recipe.epochs + 1):
        # PyTorch's drop-out draws from one global generator, which no checkpoint holds.
        keras.utils.set_random_seed(recipe.seed * recipe.epochs + epoch)
        loss_sum, hits, seen = 0.0, 0.0, 0
        batches = _ahead(_batches(training, targets, recipe, epoch))
        for step, (crops, wanted) in enumerate(batches, start=1):
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
        _store(checkpoint, learner, average, epoch)
        on_epoch(finished)


def soft_targets(
    faces: Faces, recipe: Recipe, teacher: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """What the network should answer: float32[n, 7], rows summing to 1.

    The label, smoothed (Szegedy et al. 2015, https://arxiv.org/abs/1512.00567), mixed with the
    share of the teachers' answer (`distil.py`) where there are teachers.
    """
    label = np.eye(len(LABELS), dtype=np.float32)[faces.labels]
    smooth = (1 - recipe.label_smoothing) * label + recipe.label_smoothing / len(LABELS)
    if recipe.distillation is None or teacher is None:
        return smooth
    share = recipe.distillation.share
    return np.asarray((1 - share) * smooth + share * teacher, np.float32)


def votes(faces: Faces) -> NDArray[np.float32]:
    """The shares of FER+'s voters: float32[n, 10], a row of zeros where nobody voted."""
    counts = faces.votes.astype(np.float32)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def learning_rate(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """A linear warm-up, then half a cosine down to zero (https://arxiv.org/abs/1608.03983)."""
    warmup = recipe.warmup_epochs * steps_per_epoch
    if step < warmup:
        return recipe.learning_rate * step / warmup
    total = recipe.epochs * steps_per_epoch
    passed = (step - warmup) / max(1.0, total - warmup)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, passed)))


class Average:
    """An exponential moving average of everything the network has learnt, batch norm included."""

    def __init__(self, model: Any, decay: float) -> None:
        self._weights = _learnt(model)
        self._decay = decay
        self._updates = 0
        self.values = [np.asarray(w).copy() for w in self._weights]

    def update(self) -> None:
        self._updates += 1
        # Young averages follow closely, or the random first weights would linger.
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        for held, weight in zip(self.values, self._weights, strict=True):
            np.add(held, (1 - decay) * (np.asarray(weight) - held), out=held)

    def in_place(self) -> "_Swapped":
        """A context in which the network carries the averaged weights."""
        return _Swapped(self._weights, self.values)

    @property
    def updates(self) -> int:
        return self._updates

    def restore(self, values: list[NDArray[np.float32]], updates: int) -> None:
        self.values = values
        self._updates = updates


class _Swapped:
    def __init__(self, weights: list[Any], values: list[NDArray[np.float32]]) -> None:
        self._weights = weights
        self._values = values
        self._own: list[NDArray[np.float32]] = []

    def __enter__(self) -> None:
        self._own = [np.asarray(w).copy() for w in self._weights]
        for weight, value in zip(self._weights, self._values, strict=True):
            weight.assign(value)

    def __exit__(self, *_: object) -> None:
        for weight, value in zip(self._weights, self._own, strict=True):
            weight.assign(value)


def weights_of(run: Path, recipe: Recipe) -> Weights:
    """The averaged weights that a run ended with, for one by `recipe` to start from.

    Raises:
        RunError: it is no run, has not finished an epoch, or trains another network.
    """
    checkpoint = run / CHECKPOINT
    if not checkpoint.is_file():
        raise RunError(f"{run}: holds no checkpoint; give the folder of a run")
    held = read_recipe(run / "recipe.yaml")
    if held.network.shape != recipe.network.shape or held.crop_of_48 != recipe.crop_of_48:
        raise RunError(f"{run}: trains another network than the recipe's; give one of the same")
    with np.load(checkpoint, allow_pickle=False) as stored:
        count = sum(name.startswith("average/") for name in stored.files)
        return [np.asarray(stored[f"average/{i}"], np.float32) for i in range(count)]


def refuse_old_run(run: Path) -> None:
    """Raise RunError if the folder holds a run already."""
    if (run / "recipe.yaml").is_file():
        raise RunError(f"{run}: holds a run already; add --resume, or give another folder")


def refuse_other_faces(run: Path, faces: Faces) -> None:
    """Raise RunError if the run learnt from data prepared otherwise: it may have seen these."""
    held = run / DATA
    if held.is_file() and json.loads(held.read_bytes()) != described(faces):
        raise RunError(f"{run}: was trained on other faces; give the --data it was started with")


def _open_run(recipe: Recipe, faces: Faces, run: Path, *, resume: bool) -> None:
    if not resume:
        refuse_old_run(run)
    stored = run / "recipe.yaml"
    if not stored.is_file():
        write_json(run / "versions.json", versions() | {"precision": fastest_precision()})
        write_json(run / DATA, described(faces))
        write_recipe(stored, recipe)
        return
    if read_recipe(stored) != recipe:
        raise RunError(f"{run}: was started with another recipe; give another folder")
    refuse_other_faces(run, faces)


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


def _batches(faces: Faces, targets: Targets, recipe: Recipe, epoch: int) -> Iterator[Batch]:
    generator = np.random.default_rng((recipe.seed, epoch))
    order = generator.permutation(len(faces))
    for start in range(0, len(order), recipe.batch):
        rows = order[start : start + recipe.batch]
        crops = augment(faces.images[rows], recipe.crop_of_48, recipe.augmentation, generator)
        yield crops, {head: wanted[rows] for head, wanted in targets.items()}


def _ahead(items: Iterator[Batch]) -> Iterator[Batch]:
    """Prepare the next batches in a thread while the network is busy with this one."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(PREFETCHED_BATCHES)
    stopped = threading.Event()

    def fill() -> None:
        try:
            for item in items:
                while not stopped.is_set():
                    try:
                        ready.put(item, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stopped.is_set():
                    return
            ready.put(None)
        except BaseException as error:  # noqa: BLE001  handed to the loop, which raises it
            ready.put(error)

    thread = threading.Thread(target=fill, name="augmentation", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


def _measure(model: Any, faces: Faces, crop_px: int) -> tuple[float, float]:
    logits = model.predict(
        centre_crop(faces.images, crop_px), batch_size=EVALUATION_BATCH, verbose=0
    )
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(len(faces)), faces.labels].mean()
    return float(loss), float((logits.argmax(axis=1) == faces.labels).mean())


def _store(path: Path, model: Any, average: Average, epoch: int) -> None:
    arrays = {f"model/{i}": np.asarray(v) for i, v in enumerate(_state(model))}
    arrays |= {f"average/{i}": v for i, v in enumerate(average.values)}
    with replacing(path) as temporary:
        np.savez(temporary, epoch=epoch, updates=average.updates, **arrays)


def _restore(path: Path, model: Any, average: Average) -> int:
    with np.load(path, allow_pickle=False) as stored:
        for i, variable in enumerate(_state(model)):
            variable.assign(stored[f"model/{i}"])
        values = [stored[f"average/{i}"] for i in range(len(average.values))]
        average.restore(values, int(stored["updates"]))
        return int(stored["epoch"])


def _learnt(model: Any) -> list[Any]:
    """The weights, without what counts or draws."""
    return [weight for weight in model.weights if "float" in str(weight.dtype)]


def _state(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]
