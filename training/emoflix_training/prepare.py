"""From FER2013's rows to clean faces in honest splits."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .fer2013 import USAGES, Rows
from .labels import LABELS, SPLITS
from .near import exact_groups, joined, near_pairs, shifted_pairs
from .prepared import Faces

TRAINING: Final = USAGES.index("Training")
NEAR_EXAMPLES: Final = 14


@dataclass(frozen=True)
class Counts:
    """What was found and done; `found`, `dropped` and `written` are the rows of its tables.

    `near_examples` are positions in the source of some near copies, int[m, 2].
    """

    rows: dict[str, int]
    duplicate_groups: int
    extra_copies: int
    conflicting_groups: int
    near_pairs: int
    blank: int
    blank_dropped: int
    evaluation_rows_also_in_training: int
    evaluation_rows_near_training: int
    dropped_for_evaluation: int
    dropped_near_evaluation: int
    dropped_as_copy: int
    dropped_minority_label: int
    dropped_without_majority: int
    splits: dict[str, tuple[int, ...]]
    unique: dict[str, int]
    near_examples: NDArray[np.intp]

    def found(self) -> list[tuple[str, int]]:
        return [
            *((f"rows of {usage}", n) for usage, n in self.rows.items() if n),
            ("groups of exactly equal images", self.duplicate_groups),
            ("extra copies in them", self.extra_copies),
            ("groups with conflicting labels", self.conflicting_groups),
            ("pairs of near copies", self.near_pairs),
            ("blank images", self.blank),
            ("evaluation rows that also stand in Training", self.evaluation_rows_also_in_training),
            ("further ones with a near copy in Training", self.evaluation_rows_near_training),
        ]

    def dropped(self) -> list[tuple[str, int]]:
        return [
            ("copies of an image of an evaluation split", self.dropped_for_evaluation),
            ("near copies of one", self.dropped_near_evaluation),
            ("further copies of an image", self.dropped_as_copy),
            ("copies with a minority's label", self.dropped_minority_label),
            ("copies without a majority's label", self.dropped_without_majority),
            ("blank images", self.blank_dropped),
        ]

    def written(self) -> list[tuple[str | int, ...]]:
        """Split, faces of each label, all, distinct ones."""
        return [
            (split, *per_label, sum(per_label), self.unique[split])
            for split, per_label in self.splits.items()
            if sum(per_label)
        ]


def prepare(
    rows: Rows,
    *,
    validation_fraction: float = 0.1,
    seed: int = 20,
    keep_leaks: bool = False,
    shifted: bool = False,
) -> tuple[Faces, Counts]:
    """Drop what would leak or contradict itself, and cut a validation part from Training.

    The evaluation splits stay whole. Of Training go: blank images; every copy and near copy
    (`near.py`) of an image that also stands in an evaluation split; all but one of equal images.
    Where equal images carry different labels the strict majority's stays, and without a majority
    none does. Near copies within Training stay, on one side of the cut.

    With `keep_leaks` the copies of evaluation images stay in Training, as published: for measuring
    what they add to a score. With `shifted` a copy of an evaluation image that is cut a little
    elsewhere is a near copy too.

    Raises:
        DataError: nothing is left.
    """
    group = exact_groups(rows.images)
    groups = int(group.max()) + 1
    training = rows.usage == TRAINING
    pairs = near_pairs(rows.images)
    if shifted:
        pairs = np.concatenate([pairs, shifted_pairs(rows.images, ~training)])
    pairs = pairs[group[pairs[:, 0]] != group[pairs[:, 1]]]
    kin = joined(group, pairs)
    blank = rows.images.min(axis=(1, 2)) == rows.images.max(axis=(1, 2))

    in_evaluation = np.isin(group, group[~training])
    near_evaluation = np.isin(kin, kin[~training])
    in_training = np.isin(group, group[training])
    near_training = np.isin(kin, kin[training])

    sizes = np.bincount(group, minlength=groups)
    ballots = np.zeros((groups, len(LABELS)), np.int32)
    np.add.at(ballots, (group, rows.labels), 1)
    conflicting = (ballots > 0).sum(axis=1) > 1

    leaking = training & ~blank & near_evaluation & (not keep_leaks)
    candidates = training & ~blank & ~leaking
    winner, has_majority = _majority(group[candidates], rows.labels[candidates], groups)
    undecided = candidates & ~has_majority[group]
    outvoted = candidates & has_majority[group] & (rows.labels != winner[group])
    copies = _later_copies(group, candidates & ~undecided & ~outvoted)
    kept_training = candidates & ~undecided & ~outvoted & ~copies

    unique = np.ones(len(rows), bool)
    for usage in range(len(USAGES)):
        if usage != TRAINING:
            here = rows.usage == usage
            unique &= ~here | ~(near_training | _later_copies(kin, here))

    split = np.empty(len(rows), np.uint8)
    for usage, name in enumerate(USAGES):
        split[rows.usage == usage] = SPLITS.index("train" if usage == TRAINING else name)
    chosen = _validation(rows.labels, kin, kept_training, validation_fraction, seed)
    split[chosen] = SPLITS.index("validation")

    kept = kept_training | ~training
    if not kept.any():
        raise DataError("nothing is left: every face is blank, or its copies contradict each other")
    faces = Faces(
        images=rows.images[kept],
        labels=rows.labels[kept],
        split=split[kept],
        unique=unique[kept],
        group=kin[kept].astype(np.int32),
        votes=rows.votes[kept],
    )
    counts = Counts(
        rows={name: int((rows.usage == i).sum()) for i, name in enumerate(USAGES)},
        duplicate_groups=int((sizes > 1).sum()),
        extra_copies=int((sizes[sizes > 1] - 1).sum()),
        conflicting_groups=int(conflicting.sum()),
        near_pairs=len(np.unique(np.sort(group[pairs], axis=1), axis=0)),
        blank=int(blank.sum()),
        blank_dropped=int((blank & training).sum()),
        evaluation_rows_also_in_training=int((~training & in_training).sum()),
        evaluation_rows_near_training=int((~training & near_training & ~in_training).sum()),
        dropped_for_evaluation=int((leaking & in_evaluation).sum()),
        dropped_near_evaluation=int((leaking & ~in_evaluation).sum()),
        dropped_as_copy=int(copies.sum()),
        dropped_minority_label=int(outvoted.sum()),
        dropped_without_majority=int(undecided.sum()),
        splits={name: _per_label(faces, i) for i, name in enumerate(SPLITS)},
        unique={
            name: int((faces.unique & (faces.split == i)).sum()) for i, name in enumerate(SPLITS)
        },
        near_examples=np.random.default_rng(seed).permutation(pairs)[:NEAR_EXAMPLES],
    )
    return faces, counts


def _majority(
    group: NDArray[np.intp], labels: NDArray[np.uint8], groups: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    ballots = np.zeros((groups, len(LABELS)), np.int32)
    np.add.at(ballots, (group, labels), 1)
    most = ballots.max(axis=1)
    return ballots.argmax(axis=1), (ballots == most[:, None]).sum(axis=1) == 1


def _later_copies(group: NDArray[np.intp], rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Among `rows`, all but the first of each group."""
    positions = np.flatnonzero(rows)
    first = np.unique(group[positions], return_index=True)[1]
    later = rows.copy()
    later[positions[first]] = False
    return later


def _validation(
    labels: NDArray[np.uint8],
    group: NDArray[np.intp],
    rows: NDArray[np.bool_],
    fraction: float,
    seed: int,
) -> NDArray[np.bool_]:
    """Choose about `fraction` of each label's groups; copies of one image go together."""
    generator = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), bool)
    for label in range(len(LABELS)):
        groups = np.unique(group[rows & (labels == label)])
        picked = generator.permutation(groups)[: round(fraction * len(groups))]
        chosen |= rows & np.isin(group, picked)
    return chosen


def _per_label(faces: Faces, split: int) -> tuple[int, ...]:
    labels = faces.labels[faces.split == split]
    return tuple(int(n) for n in np.bincount(labels, minlength=len(LABELS)))
