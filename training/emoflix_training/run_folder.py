"""A run's folder: what is begun and resumed there, and the state that is kept after every epoch.

It holds the recipe, the versions the run is made with, the checksum of its data, `history.csv`,
`curves.png`, `checkpoint.npz` (after every epoch) and `model.keras`, the network of the best epoch
so far.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .averaging import Average
from .errors import RunError
from .files import DAMAGE, replacing, write_json
from .history import Epoch, read_history
from .precision import fastest_precision
from .prepared import Faces, described
from .recipe import Recipe, read_recipe, write_recipe
from .versions import versions

CHECKPOINT: Final = "checkpoint.npz"
DATA: Final = "data.json"

Weights = list[NDArray[np.float32]]
"""All that a network has learnt, in Keras' order, batch norm's statistics included."""


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Raise RunError where the block finds that a run's file is not what was written there."""
    try:
        yield
    except DAMAGE as error:
        raise RunError(
            f"{path}: damaged; bring back a copy of it, or begin in another folder"
        ) from error


@contextmanager
def kept_arrays(path: Path) -> Iterator[Any]:
    """The arrays of a run's .npz by name, as `whole`."""
    # numpy leaves a damaged file open that it has opened itself.
    with whole(path), path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        yield stored


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
    with kept_arrays(checkpoint) as stored:
        count = sum(name.startswith("average/") for name in stored.files)
        return [np.asarray(stored[f"average/{i}"], np.float32) for i in range(count)]


def refuse_old_run(run: Path) -> None:
    """Raise RunError if the folder holds a run already."""
    if (run / "recipe.yaml").is_file():
        raise RunError(f"{run}: holds a run already; add --resume, or give another folder")


def refuse_other_faces(run: Path, faces: Faces) -> None:
    """Raise RunError if the run learnt from data prepared otherwise: it may have seen these."""
    held = run / DATA
    if not held.is_file():
        return
    with whole(held):
        learnt = json.loads(held.read_bytes())
    if learnt != described(faces):
        raise RunError(f"{run}: was trained on other faces; give the --data it was started with")


def open_run(recipe: Recipe, faces: Faces, run: Path, *, resume: bool) -> None:
    """Begin a run in its folder, or find it there.

    Raises:
        RunError: the folder holds a run that is not to be resumed, or is another's.
    """
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


def store(run: Path, model: Any, average: Average, epoch: int) -> None:
    """Keep all that the next epoch depends on: weights, optimizer, draws, average."""
    arrays = {f"model/{i}": np.asarray(v) for i, v in enumerate(_state(model))}
    arrays |= {f"average/{i}": v for i, v in enumerate(average.values)}
    with replacing(run / CHECKPOINT) as temporary:
        np.savez(temporary, epoch=epoch, updates=average.updates, **arrays)


def restore(run: Path, model: Any, average: Average) -> int:
    """Take up what `store` kept; the epoch after which that was, 0 where nothing is kept yet."""
    path = run / CHECKPOINT
    if not path.is_file():
        return 0
    with kept_arrays(path) as stored:
        for i, variable in enumerate(_state(model)):
            variable.assign(stored[f"model/{i}"])
        values = [stored[f"average/{i}"] for i in range(len(average.values))]
        average.restore(values, int(stored["updates"]))
        return int(stored["epoch"])


def history_of(run: Path) -> list[Epoch]:
    """The learning curves of a run, as `whole`."""
    with whole(run / "history.csv"):
        return read_history(run)


def finished_epochs(run: Path, done: int) -> list[Epoch]:
    """The history up to the checkpoint's epoch, by which the best network is known.

    Raises:
        RunError: the history or that network is missing or damaged.
    """
    history, network = run / "history.csv", run / "model.keras"
    epochs = history_of(run)[:done]
    for path, there in ((history, len(epochs) == done), (network, network.is_file() or not done)):
        if not there:
            raise RunError(f"{path}: missing or cut off; bring back a copy, or begin anew")
    return epochs


def _state(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]
