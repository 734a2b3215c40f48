"""What teachers think of every training face, asked once and kept.

Hinton, Vinyals & Dean 2015 (https://arxiv.org/abs/1503.02531): a student learns more from the
teachers' probabilities than from the labels alone. With FER2013's labels, of which people would
give about two in three again, most of what it gains is to be told which faces are ambiguous.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from .augment import augment
from .classifiers import KerasClassifier
from .errors import RunError
from .files import replacing
from .labels import LABELS
from .metrics import log_softmax
from .prepared import Faces
from .recipe import Augmentation, Recipe
from .run_folder import kept_arrays, refuse_old_run
from .voters import expected_labels, require_votes

CACHE: Final = "teacher.npz"


def teach(
    recipe: Recipe,
    faces: Faces,
    run: Path,
    teachers: Sequence[Path],
    *,
    resume: bool = False,
    on_view: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """What the teachers answer about the training faces, from the run's folder if it is resumed.

    Args:
        recipe: of the student, with a `distillation`.
        faces: the split `train`.
        run: the student's folder, where the answers are kept.
        teachers: .keras networks; not needed to resume, but then the ones it was begun with.
        resume: read the answers kept there.
        on_view: called after each teacher's look at all faces.

    Returns:
        Probabilities float32[n, 7].

    Raises:
        RunError: no teacher or no `distillation`, the folder holds a run already, or it holds no
            answers of these teachers about these faces.
        DataError: the recipe listens to voters and the data has none.
    """
    if recipe.distillation is None:
        raise RunError("the recipe has no `distillation`; use `emoflix-train train`")
    if resume:
        return _kept(run / CACHE, len(faces), teachers)
    if not teachers:
        raise RunError("give at least one --teacher")
    require_votes(recipe, faces)
    refuse_old_run(run)
    expected = expected_labels(faces) if recipe.distillation.voters else 0.0
    seen = ask(
        [KerasClassifier(path) for path in teachers],
        faces,
        recipe.distillation.views,
        recipe.augmentation,
        seed=recipe.seed,
        on_view=on_view,
    )
    voters = np.float32(recipe.distillation.voters)
    answers = voters * expected + (1 - voters) * seen
    run.mkdir(parents=True, exist_ok=True)
    with replacing(run / CACHE) as temporary:
        np.savez_compressed(
            temporary, probabilities=answers, teachers=np.array([str(path) for path in teachers])
        )
    return answers


def ask(
    teachers: Sequence[KerasClassifier],
    faces: Faces,
    views: int,
    augmentation: Augmentation,
    *,
    seed: int,
    on_view: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """The teachers' mean probabilities over their looks: float32[n, 7].

    Each sees every face moved as in training, but in good light and nothing before it: the
    student shall see through what its teachers were spared.
    """
    clear = msgspec.structs.replace(
        augmentation, optics=0.0, light=0.0, noise=0.0, glasses=0.0, erase=0.0
    )
    total = np.zeros((len(faces), len(LABELS)))
    for position, teacher in enumerate(teachers):
        crop_px = int(teacher.model.input_shape[1])
        generator = np.random.default_rng((seed, position))
        for _ in range(views):
            crops = augment(faces.images, crop_px, clear, generator)
            total += np.exp(log_softmax(teacher.of_crops(crops)))
            on_view()
    return np.asarray(total / (len(teachers) * views), np.float32)


def _kept(path: Path, faces: int, teachers: Sequence[Path]) -> NDArray[np.float32]:
    if not path.is_file():
        raise RunError(f"{path}: no such file; distil without --resume, into a new folder")
    with kept_arrays(path) as stored:
        answers = np.asarray(stored["probabilities"], np.float32)
        asked = stored["teachers"].tolist()
    if len(answers) != faces:
        raise RunError(f"{path}: answers about {len(answers)} faces, but the data has {faces}")
    if teachers and [str(teacher) for teacher in teachers] != asked:
        raise RunError(
            f"{path}: {' and '.join(asked)} answered; leave out --teacher, or begin anew"
        )
    return answers
