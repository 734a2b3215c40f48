"""Honest stratified k-fold cross-validation, and its dishonest cousin to compare with.

Each fold is trained from fresh weights and scored by the last epoch: nothing is chosen on the
held-out faces. Copies and near copies of an image stay in one fold. With `carry_weights` a fold
goes on from the network of the fold before, as some published results do: from the second fold on
it has then learnt the very faces that it is scored on.
"""

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, RunError
from .files import write_json
from .history import Epoch, read_history
from .labels import SPLITS
from .prepared import Faces
from .recipe import Recipe
from .run_folder import weights_of, whole
from .train import Progress, train

TRAIN, VALIDATION = SPLITS.index("train"), SPLITS.index("validation")


@dataclass(frozen=True)
class CrossValidation:
    """Accuracy of each fold on its held-out faces, with their mean and standard deviation."""

    carried_weights: bool
    accuracies: list[float]
    mean: float
    standard_deviation: float


def cross_validate(
    recipe: Recipe,
    faces: Faces,
    folder: Path,
    *,
    folds: int,
    carry_weights: bool = False,
    resume: bool = False,
    on_step: Callable[[int, Progress], None] = lambda *_: None,
    on_epoch: Callable[[int, Epoch], None] = lambda *_: None,
) -> CrossValidation:
    """Train and score `folds` networks on FER2013's Training part.

    Args:
        recipe: of every fold.
        faces: prepared data; its evaluation splits are not touched.
        folder: gets a run's folder for each fold.
        folds: how many, 2 or more.
        carry_weights: start each fold but the first with the weights of the one before.
        resume: go on where a stopped cross-validation was.
        on_step: called with the fold (from 1) and its progress.
        on_epoch: called with the fold and its finished epoch.

    Raises:
        RunError: the folder holds runs already, or those of other folds or another recipe.
        DataError: a label has fewer faces than there are folds.
    """
    learnt = faces.take(faces.split <= VALIDATION)
    held_out = assign_folds(learnt, folds, seed=recipe.seed)
    _open(folder, {"folds": folds, "carry_weights": carry_weights}, resume=resume)
    accuracies: list[float] = []
    start: Path | None = None
    for fold in range(folds):
        run = folder / f"fold{fold + 1}"
        split = np.where(held_out == fold, VALIDATION, TRAIN).astype(np.uint8)
        train(
            recipe,
            replace(learnt, split=split),
            run,
            start=weights_of(start, recipe) if start else None,
            resume=resume and run.is_dir(),
            on_step=lambda now, fold=fold: on_step(fold + 1, now),  # type: ignore[misc]
            on_epoch=lambda done, fold=fold: on_epoch(fold + 1, done),  # type: ignore[misc]
        )
        accuracies.append(read_history(run)[-1].validation_accuracy)
        start = run if carry_weights else None
    return CrossValidation(
        carried_weights=carry_weights,
        accuracies=accuracies,
        mean=statistics.mean(accuracies),
        standard_deviation=statistics.stdev(accuracies),
    )


def _open(folder: Path, plan: dict[str, int | bool], *, resume: bool) -> None:
    """Finished folds are taken as they are: they have to be of the same kind as those to come."""
    stored = folder / "folds.json"
    if not stored.is_file():
        write_json(stored, plan)
    elif not resume:
        raise RunError(f"{folder}: holds folds already; add --resume, or give another folder")
    else:
        with whole(stored):
            begun = json.loads(stored.read_bytes())
        if begun != plan:
            raise RunError(f"{folder}: its folds were begun otherwise; see folds.json there")


def assign_folds(faces: Faces, folds: int, *, seed: int) -> NDArray[np.intp]:
    """Which fold holds each face out: intp[n]; every label evenly, each group in one fold."""
    from sklearn.model_selection import StratifiedGroupKFold

    rarest = int(np.bincount(faces.labels).min())
    if rarest < folds:
        raise DataError(f"{folds} folds, but a label has only {rarest} faces; take fewer folds")
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    fold_of = np.zeros(len(faces), np.intp)
    for fold, (_, held) in enumerate(splitter.split(faces.images, faces.labels, faces.group)):
        fold_of[held] = fold
    return fold_of
